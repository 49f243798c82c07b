package transfer

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/bytepass/bytepass/runtime/client"
)

// TestJournalIsHeld: what one is fetching nobody else can truncate, or rename
// away, before it is given up.
func TestJournalIsHeld(t *testing.T) {
	target := filepath.Join(t.TempDir(), "film.mp4")
	file := client.File{Key: "film.mp4", VersionID: "1", Size: 3 * chunk}
	first := open(t, target, file)
	if err := first.add(2); err != nil {
		t.Fatal(err)
	}
	if _, err := openJournal(target, client.File{Key: "other.mp4", VersionID: "1", Size: 1}); err == nil || !strings.Contains(err.Error(), target) {
		t.Fatalf("a second one at the same target: %v", err)
	}
	if err := first.close(); err != nil {
		t.Fatal(err)
	}
	second := open(t, target, file)
	if !second.has(2) || second.has(1) {
		t.Errorf("what had arrived is not there: %v", second.done)
	}
	if err := second.commit(); err != nil {
		t.Fatal(err)
	}
	if err := second.close(); err != nil {
		t.Fatal(err)
	}
	if third := open(t, target, file); third.bytes() != 0 {
		t.Errorf("after the end of one, the next begins with %d bytes", third.bytes())
	}
}

func open(t *testing.T, target string, f client.File) *journal {
	t.Helper()
	j, err := openJournal(target, f)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = j.close() })
	return j
}
