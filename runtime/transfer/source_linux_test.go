package transfer

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestFilesThatLieAboutTheirSize: the kernel makes the bytes of these when they
// are read, and says that they have none.
func TestFilesThatLieAboutTheirSize(t *testing.T) {
	for _, path := range []string{"/proc/self/status", "/proc/version"} {
		_, err := New(Config{}).Put(t.Context(), path, Put{Key: "k"})
		if err == nil || !strings.Contains(err.Error(), "put -") || errors.As(err, new(*ChangedError)) {
			t.Errorf("%s: %v", path, err)
		}
	}
}

// A file that grows while its fingerprint is taken has changed.
func TestAFileThatGrows(t *testing.T) {
	path := filepath.Join(t.TempDir(), "log")
	if err := os.WriteFile(path, []byte("one"), 0o600); err != nil {
		t.Fatal(err)
	}
	grow := func(int64) {
		if err := os.WriteFile(path, []byte("one and two"), 0o600); err != nil {
			t.Error(err)
		}
	}
	if _, err := New(Config{}).Put(t.Context(), path, Put{Key: "k", Checking: grow}); !errors.As(err, new(*ChangedError)) {
		t.Errorf("%v", err)
	}
}
