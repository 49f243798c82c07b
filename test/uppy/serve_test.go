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
	d := &door{
		api: s.URL, direct: s.URL, client: http.DefaultClient, modes: []mode{v5, v6, v6Token},
		partLife: partSeconds * time.Second,
		large:    map[string]int64{v5.name: 300_000_000, v6.name: 300_000_000},
	}
	if d.token, err = s.Token(t.Context(), "alice"); err != nil {
		t.Fatal(err)
	}
	d.open(t)
	run(t, d)
}
