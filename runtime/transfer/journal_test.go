package transfer

import (
	"errors"
	"maps"
	"os"
	"path/filepath"
	"slices"
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

// lists returns the name of a journal's list.
func lists(t *testing.T, dir string) string {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(dir, ".bytepass-*.part.json"))
	if err != nil || len(names) != 1 {
		t.Fatalf("%q, %v", names, err)
	}
	return names[0]
}

// TestTornJournal: of a list that a crash has spoilt only whole lines count.
func TestTornJournal(t *testing.T) {
	for name, tc := range map[string]struct {
		tail string
		want []int // beside chunk 2
	}{
		"cut short":     {"3\n1", []int{3}}, // it was to be 12
		"zeros":         {strings.Repeat("\x00", 100_000) + "\n3\n", []int{3}},
		"zeros at last": {"3\n" + strings.Repeat("\x00", 100_000), []int{3}},
		"out of range":  {"0\n-1\n21\n+\n", nil},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			file := client.File{Key: "film.mp4", VersionID: "1", Size: 20 * chunk}
			target := filepath.Join(dir, "film.mp4")
			j := open(t, target, file)
			if err := errors.Join(j.add(2), j.close()); err != nil {
				t.Fatal(err)
			}
			list, err := os.OpenFile(lists(t, dir), os.O_APPEND|os.O_WRONLY, 0)
			if err != nil {
				t.Fatal(err)
			}
			_, err = list.WriteString(tc.tail)
			if err := errors.Join(err, list.Close()); err != nil {
				t.Fatal(err)
			}
			for _, more := range []int{7, 8} { // what is added behind it is whole, too
				j := open(t, target, file)
				want := append([]int{2}, tc.want...)
				if more == 8 {
					want = append(want, 7)
				}
				if got := slices.Sorted(maps.Keys(j.done)); !slices.Equal(got, want) {
					t.Errorf("there are %v, want %v", got, want)
				}
				if err := errors.Join(j.add(more), j.close()); err != nil {
					t.Fatal(err)
				}
			}
		})
	}
}

// TestJournalThatCannotBeWritten: after half a line nothing more is written, and
// what is not on the list does not count.
func TestJournalThatCannotBeWritten(t *testing.T) {
	j := open(t, filepath.Join(t.TempDir(), "film.mp4"), client.File{Key: "film.mp4", Size: 3 * chunk})
	if err := j.list.Close(); err != nil {
		t.Fatal(err)
	}
	for n := 1; n <= 2; n++ {
		if err := j.add(n); err == nil || j.has(n) {
			t.Errorf("chunk %d: %v", n, err)
		}
	}
}

// TestJournalOfAPrivateFile: the bytes that come are not shown to more people than
// the file that they replace.
func TestJournalOfAPrivateFile(t *testing.T) {
	target := filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(target, nil, 0o400); err != nil {
		t.Fatal(err)
	}
	j := open(t, target, client.File{Key: "secret", Size: 1})
	if info, err := j.data.Stat(); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("while it comes: %v, %v", info.Mode(), err)
	}
	if err := j.commit(); err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(target); err != nil || info.Mode().Perm() != 0o400 || info.Size() != 1 {
		t.Errorf("afterwards: %v, %v", info.Mode(), err)
	}
}

// TestSomethingInTheWay: what lies where the journal goes is not written through.
func TestSomethingInTheWay(t *testing.T) {
	dir := t.TempDir()
	target, victim := filepath.Join(dir, "film.mp4"), filepath.Join(dir, "victim")
	file := client.File{Key: "film.mp4", Size: 1}
	j := open(t, target, file)
	if err := errors.Join(j.remove(), j.close(), os.WriteFile(victim, []byte("precious"), 0o600)); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{j.list.Name(), j.data.Name()} {
		if err := os.Symlink(victim, path); err != nil {
			t.Fatal(err)
		}
		if _, err := openJournal(target, file); err == nil || !strings.Contains(err.Error(), path) {
			t.Errorf("%v", err)
		}
		if err := os.Remove(path); err != nil {
			t.Fatal(err)
		}
	}
	if got, err := os.ReadFile(victim); err != nil || string(got) != "precious" {
		t.Errorf("the link's file holds %q, %v", got, err)
	}
}
