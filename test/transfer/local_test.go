package transfer

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// TestLocalFilesOfOtherKinds: a link to a folder is that folder, a file that the
// kernel makes is refused and not stored empty, and what is fetched goes through a
// link into its file, which keeps its permissions.
func TestLocalFilesOfOtherKinds(t *testing.T) {
	r := newRig(t)
	sum := r.file("photos/1.jpg", 100)
	if err := os.Symlink("photos", filepath.Join(r.folder, "album")); err != nil {
		t.Fatal(err)
	}
	if e := r.one("put", "album", "x/"); e.Key != "x/album/1.jpg" || e.Size != 100 {
		t.Errorf("put says %+v", e)
	}
	r.await("x/", 1)
	if code, _, stderr := r.run(r.command("put", "/proc/self/status", "status")); code != 1 || !strings.Contains(stderr, "put -") {
		t.Errorf("a file of the kernel: exit code %d, %s", code, stderr)
	}
	if code, stdout, _ := r.run(r.command("ls", "status")); code != 3 {
		t.Errorf("it is listed: %s", stdout)
	}
	r.file("private", 1)
	private := filepath.Join(r.folder, "private")
	if err := os.Chmod(private, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("private", filepath.Join(r.folder, "link")); err != nil {
		t.Fatal(err)
	}
	r.one("get", "x/album/1.jpg", "link")
	if info, err := os.Lstat(private); err != nil || info.Mode() != 0o600 || r.sum("private") != sum {
		t.Errorf("the link's file is %v, %v", info, err)
	}
	if info, err := os.Lstat(filepath.Join(r.folder, "link")); err != nil || info.Mode()&os.ModeSymlink == 0 {
		t.Errorf("the link is %v, %v", info, err)
	}
}

// TestIdleStream interrupts a put whose standard input says nothing: it ends, says
// what became of it, and leaves no upload.
func TestIdleStream(t *testing.T) {
	r := newRig(t)
	input, idle, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer idle.Close()
	put := running{r: r, cmd: r.command("put", "-", "stream", "--json")}
	put.cmd.Stdin, put.cmd.Stdout = input, &put.out
	if err := put.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	for end := time.Now().Add(patience); ; time.Sleep(20 * time.Millisecond) {
		if code, stdout, _ := r.run(r.command("uploads")); code == 0 && stdout != "" {
			break
		} else if time.Now().After(end) {
			t.Fatal("it has not begun")
		}
	}
	if err := put.cmd.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	if code, e := put.end(); code != 130 || e.Error != "interrupted; nothing is stored" {
		t.Errorf("exit code %d: %+v", code, e)
	}
	if _, stdout, _ := r.run(r.command("uploads")); stdout != "" {
		t.Errorf("left behind: %s", stdout)
	}
	if err := input.Close(); err != nil {
		t.Fatal(err)
	}
}
