package transfer

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/bytepass/bytepass/runtime/client"
)

// TestTakenMeanwhile: a file in parts that comes too late for its key leaves nothing
// behind, or says so. An upload that somebody else began is left to them.
func TestTakenMeanwhile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(path, []byte("hello"), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, tc := range map[string]struct {
		joined   bool
		abort    int // the answer to it
		aborts   int
		leftOver bool
	}{
		"its own":              {false, 204, 1, false},
		"it cannot be removed": {false, 403, 1, true},
		"joined":               {true, 204, 0, false},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				aborts := 0
				e := engine(t, func(r *http.Request) (int, string) {
					const plan = `"key":"k","partSize":16777216,"partCount":1`
					switch at := r.Method + " " + r.URL.Path; {
					case at == "GET /api/uploads" && tc.joined:
						return 200, `[{"uploadId":"id",` + plan + `}]`
					case at == "GET /api/uploads":
						return 200, `[]`
					case at == "POST /api/uploads":
						return 200, `{"uploadId":"id",` + plan + `,"parts":[{"partNumber":1,"url":"http://store.example/1","contentLength":5}],"expiresAt":"2100-01-01T00:00:00Z"}`
					case at == "GET /api/uploads/id" && aborts > 0:
						return 404, `{"code":"upload-gone","detail":"there is no such upload"}`
					case at == "GET /api/uploads/id":
						return 200, `{` + plan + `,"parts":[{"partNumber":1,"size":5,"etag":"5d41402abc4b2a76b9719d911017c592"}]}`
					case at == "POST /api/uploads/id/complete":
						return 409, `{"code":"conflict","field":"key","detail":"there is a file"}`
					case at == "DELETE /api/uploads/id":
						aborts++
						return tc.abort, `{"code":"forbidden","detail":"no"}`
					}
					return 200, ""
				})
				e.Single = 1
				_, err := e.Put(t.Context(), path, Put{Key: "k", NoOverwrite: true})
				if client.CodeOf(err) != client.CodeConflict || aborts != tc.aborts || strings.Contains(err.Error(), "bytepass uploads --abort") != tc.leftOver {
					t.Errorf("%d aborts, %v", aborts, err)
				}
			})
		})
	}
}
