package transfer

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"testing"
	"testing/synctest"

	"github.com/bytepass/bytepass/runtime/client"
)

// TestAnswerLostWithoutOverwriting: a store that has taken a file refuses it when it
// is sent again, because the answer got lost. That it is this file the catalog
// knows, a moment later.
func TestAnswerLostWithoutOverwriting(t *testing.T) {
	const own, other = "LPJNul+wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ=", "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="
	path := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(path, []byte("hello"), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, tc := range map[string]struct {
		lost    bool   // the answer to the first try
		there   string // the SHA-256 of the file that is listed in the end; empty for none
		success bool
	}{
		"listed later":   {true, own, true},
		"another file":   {true, other, false},
		"never listed":   {true, "", false},
		"the first time": {false, own, false}, // whoever stored it, this put did not
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				sent, asked := 0, 0
				e := engine(t, func(r *http.Request) (int, string) {
					switch {
					case r.URL.Path == "/api/presign":
						return 200, `{"key":"k","url":"http://store.example/k"}`
					case r.Method == http.MethodPut:
						if sent++; sent == 1 && tc.lost {
							return hangUp, ""
						}
						return 412, ""
					}
					if asked++; asked < 4 || tc.there == "" {
						return 404, `{"code":"not-found","field":"key","detail":"there is no such file"}`
					}
					return 200, fmt.Sprintf(`{"key":"k","versionId":"v","checksumSHA256":%q}`, tc.there)
				})
				r, err := e.Put(t.Context(), path, Put{Key: "k", NoOverwrite: true})
				switch {
				case tc.success:
					if err != nil || r.VersionID != "v" || r.Verified != "sha256" {
						t.Errorf("%+v, %v", r, err)
					}
				case client.CodeOf(err) != client.CodeConflict:
					t.Errorf("%+v, %v", r, err)
				}
			})
		})
	}
}

// TestBytesLostOnTheWay: what arrives damaged is sent again, as parts are.
func TestBytesLostOnTheWay(t *testing.T) {
	path := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(path, []byte("hello"), 0o600); err != nil {
		t.Fatal(err)
	}
	synctest.Test(t, func(t *testing.T) {
		sent := 0
		e := engine(t, func(r *http.Request) (int, string) {
			if r.Method != http.MethodPut {
				return 200, `{"key":"k","url":"http://store.example/k"}`
			}
			if sent++; sent < 3 {
				return 400, "<Error><Code>BadDigest</Code></Error>"
			}
			return 200, ""
		})
		if _, err := e.Put(t.Context(), path, Put{Key: "k"}); err != nil || sent != 3 {
			t.Errorf("sent %d times: %v", sent, err)
		}
	})
}
