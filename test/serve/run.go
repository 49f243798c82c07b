package serve

import (
	"path/filepath"
	"testing"

	"github.com/bytepass/bytepass/test/process"
)

// Run builds the command and runs the server on an empty folder, with more
// flags if the caller has any, until the end of the test.
func Run(t testing.TB, flags ...string) *Server {
	t.Helper()
	binary, err := Binary(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	s, err := Start(binary, filepath.Join(t.TempDir(), "data"), flags...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Stop(); err != nil {
			t.Error(err)
		}
	})
	return s
}

// Address returns an address of loopback that nobody listens on, for StartAt.
func Address(t testing.TB) string {
	t.Helper()
	address, err := process.FreeAddress()
	if err != nil {
		t.Fatal(err)
	}
	return address
}
