package uppy

import (
	"net/http"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/bytepass/bytepass/test/serve"
)

// TestServe uploads to the command as a laptop runs it.
func TestServe(t *testing.T) {
	binary, err := serve.Binary(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	const partSeconds = 4
	s, err := serve.Start(binary, filepath.Join(t.TempDir(), "data"), "--part-seconds", strconv.Itoa(partSeconds))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Stop(); err != nil {
			t.Error(err)
		}
	})
	token, err := s.Token(t.Context(), "alice")
	if err != nil {
		t.Fatal(err)
	}
	Run(t, Door{
		API: s.URL, Direct: s.URL, Client: http.DefaultClient, Token: token,
		Modes: []Mode{V5(), V6(), V6Token()}, PartLife: partSeconds * time.Second,
		Large: map[Mode]int64{V5(): 300_000_000, V6(): 300_000_000},
	})
}
