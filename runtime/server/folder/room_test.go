package folder

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// A folder that cannot be written to any more is found out, and nothing is left
// of the question.
func TestRoomTriesToWrite(t *testing.T) {
	path := filepath.Join(t.TempDir(), "data")
	f, err := Open(path, true)
	if err != nil {
		t.Fatal(err)
	}
	room := f.Room()
	if free, err := freeBytes(path); err != nil || free == 0 {
		t.Errorf("the disk has %d bytes: %v", free, err)
	}
	room.free = func(string) (uint64, error) { return EnoughRoom, nil } // whatever this machine has
	if err := room.Check(); err != nil {
		t.Error(err)
	}
	if left, err := os.ReadDir(path); err != nil || len(left) > 0 {
		t.Errorf("left are %v, %v", left, err)
	}
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	if err := room.Check(); err == nil || !strings.Contains(err.Error(), path) {
		t.Errorf("without its folder: %v", err)
	}
}

// A disk that is nearly full is told, and counts as such until it has clearly
// more room.
func TestRoomDoesNotFlap(t *testing.T) {
	f, err := Open(filepath.Join(t.TempDir(), "data"), true)
	if err != nil {
		t.Fatal(err)
	}
	room := f.Room()
	for i, step := range []struct {
		free uint64
		low  bool
	}{
		{EnoughRoom, false}, {LowRoom, false}, {LowRoom - 1, true}, {LowRoom, true}, {EnoughRoom - 1, true},
		{0, true}, {EnoughRoom, false}, {EnoughRoom - 1, false}, {LowRoom, false}, {0, true},
	} {
		room.free = func(string) (uint64, error) { return step.free, nil }
		err := room.Check()
		if (err != nil) != step.low {
			t.Errorf("step %d: with %d bytes left: %v", i, step.free, err)
		}
		if err != nil && !strings.Contains(err.Error(), "free space until it has 128") {
			t.Errorf("step %d: the error says nothing of what helps: %v", i, err)
		}
	}
}
