package uppy

import (
	"net/http"
	"strconv"
	"testing"
	"time"

	"github.com/bytepass/bytepass/test/serve"
)

// TestServe uploads to the command as a laptop runs it.
func TestServe(t *testing.T) {
	const partSeconds = 20 // longer than a part takes on a machine that does much else
	s := serve.Run(t, "--part-seconds", strconv.Itoa(partSeconds))
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
