package devissuer

import (
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

const issuerURL = "http://127.0.0.1:8080/issuer"

func open(t *testing.T, dir string) *Issuer {
	t.Helper()
	i, err := Open(dir, issuerURL, time.Now)
	if err != nil {
		t.Fatal(err)
	}
	return i
}

func TestKeyIsKeptPrivateAndStays(t *testing.T) {
	dir := t.TempDir()
	first, second := open(t, dir), open(t, dir)
	if first.public.KeyID != second.public.KeyID {
		t.Error("the key changed between two starts")
	}
	info, err := os.Stat(filepath.Join(dir, keyFile))
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the key file: %v, %v; want mode 0600", info, err)
	}
	if entries, _ := os.ReadDir(dir); len(entries) != 1 {
		t.Errorf("the folder holds %v", entries)
	}
}

func TestTwoProcessesShareOneKey(t *testing.T) {
	dir := t.TempDir()
	ids := make([]string, 4)
	var wg sync.WaitGroup
	for n := range ids {
		wg.Go(func() { ids[n] = open(t, dir).public.KeyID })
	}
	wg.Wait()
	for _, id := range ids {
		if id != ids[0] {
			t.Errorf("keys: %v", ids)
		}
	}
}

func TestOpenRefuses(t *testing.T) {
	for name, prepare := range map[string]func(file string) error{
		"readable by others": func(file string) error { return os.Chmod(file, 0o640) },
		"not a key":          func(file string) error { return os.WriteFile(file, []byte("x"), 0o600) },
	} {
		dir := t.TempDir()
		open(t, dir)
		if err := prepare(filepath.Join(dir, keyFile)); err != nil {
			t.Fatal(err)
		}
		if _, err := Open(dir, issuerURL, time.Now); err == nil || !strings.Contains(err.Error(), "delete it") {
			t.Errorf("%s: %v", name, err)
		}
	}
	for _, bad := range []string{"", "issuer", "http://127.0.0.1/"} {
		if _, err := Open(t.TempDir(), bad, time.Now); err == nil {
			t.Errorf("the issuer %q was accepted", bad)
		}
	}
	if _, err := Open(filepath.Join(t.TempDir(), "missing"), issuerURL, time.Now); err == nil {
		t.Error("a folder that does not exist was accepted")
	}
}

func TestTokenRefuses(t *testing.T) {
	i := open(t, t.TempDir())
	for _, ttl := range []time.Duration{0, -time.Hour, 31 * 24 * time.Hour} {
		if _, err := i.Token("alice", nil, ttl); err == nil {
			t.Errorf("a token for %v was made", ttl)
		}
	}
	if _, err := i.Token("", nil, time.Hour); err == nil {
		t.Error("a token of nobody was made")
	}
}
