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
