package serve

import (
	"net/http"
	"path/filepath"
	"testing"
	"time"

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

// Client returns a client for requests of all kinds, as long as they may take on
// a machine that does much else. It writes a header of up to 256 KiB at once: a
// server hangs up half a second after it has refused a long one, and who is
// still writing by then does not get to read why.
func Client() *http.Client {
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.WriteBufferSize = 256 << 10
	return &http.Client{Timeout: 5 * time.Minute, Transport: transport}
}
