package settings

import (
	"flag"
	"os"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write the table of settings into stacks/README.md")

const (
	readme = "../README.md"
	begin  = "<!-- settings: written by go test ./stacks/settings -update -->\n"
	end    = "<!-- /settings -->"
)

// TestReadmeTableIsCurrent holds the table of the documentation to the fields.
func TestReadmeTableIsCurrent(t *testing.T) {
	text, err := os.ReadFile(readme)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, ok := strings.Cut(string(text), begin)
	got, after, closed := strings.Cut(rest, end)
	if !ok || !closed {
		t.Fatalf("%s has no place for the table of settings: %s … %s", readme, strings.TrimSpace(begin), end)
	}
	want := "\n" + Table() + "\n"
	if *update {
		if err := os.WriteFile(readme, []byte(before+begin+want+end+after), 0o644); err != nil {
			t.Fatal(err)
		}
		got = want
	}
	if got != want {
		t.Errorf("the table of settings in %s is not current; write it with: go test ./stacks/settings -update", readme)
	}
}
