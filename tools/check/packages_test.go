package main

import (
	"os"
	"path/filepath"
	"slices"
	"testing"
)

func TestTestsIn(t *testing.T) {
	file := filepath.Join(t.TempDir(), "a_test.go")
	const text = `package a
import "m/stores"
func TestMain(m *testing.M) {}
func TestOn(t *testing.T) { stores.Start(t) }
func (x) TestMethod(t *testing.T) {}
func helper() {}
func TestToo(t *testing.T) {}
`
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		imported string
		belongs  bool
		want     []string
	}{
		"imports it":             {"m/stores", false, []string{"TestOn", "TestToo"}},
		"imports another":        {"m/store", false, nil},
		"is of the package":      {"m/a", true, []string{"TestOn", "TestToo"}},
		"neither imports nor is": {"m/a", false, nil},
	} {
		if got, err := testsIn(file, c.imported, c.belongs); err != nil || !slices.Equal(got, c.want) {
			t.Errorf("%s: %q, %v; want %q", name, got, err, c.want)
		}
	}
}

func TestPlanOf(t *testing.T) {
	names := []string{"runtime/api", "test/arch", "test/bench", "test/e2e", "test/stores", "test/clients", "tools/check", "runtime/sign"}
	for i, name := range names {
		names[i] = modulePath + name
	}
	p := planOf(names)
	for what, c := range map[string]struct{ got, want []string }{
		"beside the code": {p.beside, []string{names[0], names[6]}},
		"of the whole":    {p.whole, []string{names[5], names[3], names[1], names[4]}},
		"alone":           {p.alone, []string{names[2], names[7]}},
	} {
		if !slices.Equal(c.got, c.want) {
			t.Errorf("%s: %q, want %q", what, c.got, c.want)
		}
	}
}

// What the plan names is there.
func TestPlanIsOfThisProject(t *testing.T) {
	for _, name := range slices.Concat(inOrder, alone) {
		tests, err := filepath.Glob(filepath.Join("..", "..", name, "*_test.go"))
		if err != nil || len(tests) == 0 {
			t.Errorf("%s has no tests: %v", name, err)
		}
	}
}
