package e2e

import (
	"strings"
	"testing"
)

// TestTry: a case that is only tried tells its failures and fails nothing else.
func TestTry(t *testing.T) {
	for name, c := range map[string]struct {
		run  func(T, *World)
		want string
	}{
		"passes":        {func(T, *World) {}, ""},
		"fails":         {func(t T, _ *World) { t.Errorf("%d", 1); t.Error("two") }, "1; two"},
		"fails at once": {func(t T, _ *World) { t.Fatalf("end"); t.Error("not reached") }, "end"},
	} {
		err := Try(t.Context(), nil, Case{name, c.run})
		if c.want == "" && err != nil || c.want != "" && (err == nil || !strings.HasSuffix(err.Error(), ": "+c.want)) {
			t.Errorf("%s: %v, want %q", name, err, c.want)
		}
	}
}

// TestCases: names are distinct, since they name folders and subtests, and
// every case gets keys of its own each time.
func TestCases(t *testing.T) {
	seen := map[string]bool{}
	for _, c := range Cases() {
		if seen[c.Name] {
			t.Errorf("two cases are called %q", c.Name)
		}
		seen[c.Name] = true
		a, b := NewWorld(t.Context(), nil, c.Name), NewWorld(t.Context(), nil, c.Name)
		if a.Key("x") == b.Key("x") || strings.ContainsAny(a.Folder(), " ?#%&+") {
			t.Errorf("the folders of %q are %q and %q", c.Name, a.Folder(), b.Folder())
		}
	}
}
