package folder

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

func open(t *testing.T, path string) *Folder {
	t.Helper()
	f, err := Open(path, true)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func TestOneProcessServesAFolder(t *testing.T) {
	path := t.TempDir()
	unlock, err := open(t, path).Lock()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := open(t, path).Lock(); !errors.Is(err, ErrInUse) || !strings.Contains(err.Error(), path) {
		t.Errorf("a second lock: %v", err)
	}
	if err := unlock(); err != nil {
		t.Fatal(err)
	}
	if unlock, err = open(t, path).Lock(); err != nil {
		t.Fatalf("after unlocking: %v", err)
	}
	if err := unlock(); err != nil {
		t.Fatal(err)
	}
}

func TestKeysArePrivateRandomAndStay(t *testing.T) {
	path := filepath.Join(t.TempDir(), "new", "data")
	keys, err := open(t, path).Keys()
	if err != nil {
		t.Fatal(err)
	}
	again, err := open(t, path).Keys()
	if err != nil || again != keys {
		t.Errorf("the keys changed: %v", err)
	}
	other, err := open(t, t.TempDir()).Keys()
	if err != nil || other.SecretKey == keys.SecretKey || other.AccessKey == keys.AccessKey || len(keys.SecretKey) < 32 {
		t.Errorf("the keys of two folders: %v", err)
	}
	for name, mode := range map[string]os.FileMode{"root.json": 0o600, "": 0o700} {
		info, err := os.Stat(filepath.Join(path, name))
		if err != nil || info.Mode().Perm() != mode {
			t.Errorf("%q has the mode %v, %v; want %v", name, info.Mode().Perm(), err, mode)
		}
	}
}

func TestStateIsRemembered(t *testing.T) {
	f := open(t, t.TempDir())
	if s, err := f.State(); err != nil || s != (State{}) {
		t.Errorf("a new folder has the state %+v, %v", s, err)
	}
	want := State{Listen: "127.0.0.1:8080", S3Listen: "127.0.0.1:9000", Metadata: "attributes"}
	if err := f.Remember(want); err != nil {
		t.Fatal(err)
	}
	if got, err := f.State(); err != nil || got != want {
		t.Errorf("state %+v, %v", got, err)
	}
	if entries, err := os.ReadDir(f.Path()); err != nil || len(entries) != 1 {
		t.Errorf("the folder holds %v, %v", entries, err)
	}
}

func TestWhatIsNoDataFolderIsRefused(t *testing.T) {
	path := t.TempDir()
	if _, err := Open(path, false); err == nil || !strings.Contains(err.Error(), "bytepass serve --data "+path) {
		t.Errorf("error %v, want one that says how to make one", err)
	}
	if err := os.WriteFile(filepath.Join(path, "state.json"), []byte(`{"listen":"x","tomorrow":1}`), 0o600); err != nil {
		t.Fatal(err)
	}
	f, err := Open(path, false)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.State(); err == nil || !strings.Contains(err.Error(), "tomorrow") {
		t.Errorf("error %v, want one that names the unknown member", err)
	}
}

func TestOnlyDataFolders(t *testing.T) {
	path := t.TempDir()
	for _, name := range []string{".hidden", "lost+found", "lock", "root.json", "state.json.123", "catalog.db-wal", "catalog.db.damaged", "store"} {
		if err := os.WriteFile(filepath.Join(path, name), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	open(t, path) // such as a first start that was killed
	if err := os.WriteFile(filepath.Join(path, "photo.jpg"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(path, true); err == nil || !strings.Contains(err.Error(), "photo.jpg") || !strings.Contains(err.Error(), "name a new folder") {
		t.Errorf("a folder of photos: %v", err)
	}
}

func TestWhyAFolderIsNone(t *testing.T) {
	path := t.TempDir()
	file := filepath.Join(path, "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, none := range []string{path, filepath.Join(path, "nothing"), file} {
		if _, err := Open(none, false); err == nil || !strings.Contains(err.Error(), "bytepass serve --data") {
			t.Errorf("%s: %v", none, err)
		}
	}
	f := &Folder{path: path}
	if err := f.unopened(&fs.PathError{Op: "open", Path: path, Err: syscall.EACCES}); !errors.Is(err, fs.ErrPermission) || !strings.Contains(err.Error(), "as the user who runs") {
		t.Errorf("without the right: %v", err)
	}
}
