package transfer

import (
	"errors"
	"net/http"
	"testing"
	"testing/synctest"
	"time"
)

// TestSettle: who waits for a file that somebody else deletes at once is not told
// that the catalog is late; and a file that was rejected, and therefore deleted,
// is never taken for one that was listed.
func TestSettle(t *testing.T) {
	const own, replaced, deleted = `[{"versionId":"v"}]`, `[{"versionId":"w"},{"versionId":"v"}]`, `[{"versionId":"m","deleteMarker":true},{"versionId":"v"}]`
	var rejected *RejectedError
	never := time.Hour
	for name, tc := range map[string]struct {
		shows    string // the version in the catalog; empty for none
		versions string
		rejected time.Duration // when the catalog shows that
		right    func(error) bool
		most     time.Duration
	}{
		"listed":                {"v", own, never, func(err error) bool { return err == nil }, 0},
		"replaced":              {"w", replaced, never, func(err error) bool { return err == nil }, 5 * time.Second},
		"an older one is there": {"u", own, never, func(err error) bool { return errors.Is(err, ErrUnlisted) }, settleTimeout},
		"deleted":               {"", deleted, never, func(err error) bool { return err == nil }, settleTimeout},
		"never listed":          {"", own, never, func(err error) bool { return errors.Is(err, ErrUnlisted) }, settleTimeout},
		"rejected":              {"", deleted, 20 * time.Second, func(err error) bool { return errors.As(err, &rejected) }, 25 * time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				start := time.Now()
				e := engine(t, func(r *http.Request) (int, string) {
					switch {
					case r.URL.Path == "/api/versions":
						return 200, tc.versions
					case r.URL.Path == "/api/rejected" && time.Since(start) >= tc.rejected:
						return 200, `[{"key":"k","versionId":"v","reason":"it is too large"}]`
					case r.URL.Path == "/api/rejected":
						return 200, `[]`
					case tc.shows == "":
						return 404, `{"code":"not-found","field":"key","detail":"there is no such file"}`
					}
					return 200, `{"key":"k","versionId":"` + tc.shows + `"}`
				})
				err := e.Settle(t.Context(), Result{Key: "k", VersionID: "v"})
				if took := time.Since(start); !tc.right(err) || took > tc.most {
					t.Errorf("after %v: %v", took, err)
				}
			})
		})
	}
}
