package verify

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/bytepass/bytepass/runtime/verify"
)

// accessDenied is how a store refuses whatever it likes.
func accessDenied() *http.Response {
	return status(http.StatusForbidden, "<Error><Code>AccessDenied</Code></Error>")
}

// refusals are faults that make a deployment refuse what it must refuse, and for
// another reason: the checks have to see that it refuses what is right, too.
var refusals = map[string]struct {
	fault
	red []string
}{
	"somebody counts requests and answers 429": {fault{request: func(_ *front, r *http.Request) *http.Response {
		if r.Host == storeHost && r.Header.Get("Content-Type") == "text/javascript" {
			return status(http.StatusTooManyRequests, "")
		}
		return nil
	}}, []string{"type-bound"}},
	"the store takes one file and then none": {fault{request: func(_ *front, r *http.Request) *http.Response {
		if r.Host == storeHost && r.Method == http.MethodPut && !strings.HasSuffix(r.URL.Path, "/file.html") && !strings.HasSuffix(r.URL.Path, "/parts") {
			return accessDenied()
		}
		return nil
	}}, []string{"unsigned", "type-bound", "length-bound", "key-bound", "verb-bound", "signature-bound", "checksum"}},
	"a file with a checksum is refused": {fault{request: func(_ *front, r *http.Request) *http.Response {
		if r.Method == http.MethodPut && r.Header.Get("X-Amz-Checksum-Sha256") != "" {
			return status(http.StatusBadRequest, "<Error><Code>InvalidArgument</Code></Error>")
		}
		return nil
	}}, []string{"checksum"}},
	"the key of a download is not bound": {fault{request: func(f *front, r *http.Request) *http.Response {
		if s, ok := f.of(r); ok && s.query.Has("versionId") && s.path != r.URL.Path && r.Method == http.MethodGet {
			return f.letIn(r) // which finds no such object
		}
		return nil
	}}, []string{"download-bound"}},
	"whoever asks in vain is locked out": {fault{request: func(f *front, r *http.Request) *http.Response {
		if r.URL.Path == "/api/files" && r.URL.Query().Get("prefix") == ".bytepass-verify/still/" {
			return status(http.StatusForbidden, "{}")
		}
		return nil
	}}, []string{"no-token", "bad-token", "expired-token", "spaces", "other-owner"}},
	"nobody may ask for an upload": {fault{request: func(_ *front, r *http.Request) *http.Response {
		if id, ok := strings.CutPrefix(r.URL.Path, "/api/uploads/"); ok && r.Method == http.MethodGet && id != "none" && r.Header.Get("Authorization") != "" {
			return status(http.StatusForbidden, "{}")
		}
		return nil
	}}, []string{"multipart"}},
	"preflights of foreign pages fail": {fault{request: func(_ *front, r *http.Request) *http.Response {
		if r.Method == http.MethodOptions && r.Header.Get("Origin") == "null" {
			return status(http.StatusBadGateway, "")
		}
		return nil
	}}, []string{"cors-foreign"}},
	"the API takes TLS 1.1 and is slow": {fault{oldTLS: true, request: func(_ *front, r *http.Request) *http.Response {
		if r.TLS != nil && r.URL.Path == "/" {
			time.Sleep(4 * time.Second)
		}
		return nil
	}}, []string{"tls"}},
}

// TestRefusals plants each of them: none makes a check green that it concerns.
func TestRefusals(t *testing.T) {
	d := deploy(t)
	for name, f := range refusals {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			cfg := d.config(t, f.fault)
			cfg.Except = []string{"expiry"}
			cfg.LeftoversAfter = time.Hour // they wait for better answers
			report, err := verify.Run(t.Context(), cfg)
			if err != nil {
				t.Fatal(err)
			}
			if red := named(report, verify.Failed); !slices.Equal(red, f.red) {
				t.Errorf("failed: %q, want %q\n%s", red, f.red, text(report))
			}
			told(t, d, report)
		})
	}
}

// TestExpiryOfWhatNeverWorked: a URL that is refused after its time shows
// nothing where one that lives longer is refused, too.
func TestExpiryOfWhatNeverWorked(t *testing.T) {
	d := deploy(t)
	cfg := d.config(t, fault{request: func(_ *front, r *http.Request) *http.Response {
		if r.Method == http.MethodPut && strings.HasSuffix(r.URL.Path, "/bound.html") {
			return accessDenied()
		}
		return nil
	}})
	for _, name := range verify.Names() {
		if !slices.Contains([]string{"reach", "upload", "expiry", "cleanup"}, name) {
			cfg.Except = append(cfg.Except, name)
		}
	}
	report, err := verify.Run(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	if red := named(report, verify.Failed); !slices.Equal(red, []string{"expiry"}) {
		t.Errorf("failed: %q\n%s", red, text(report))
	}
}

// TestNotExpired: what was never good, or still is, is no token that has expired.
func TestNotExpired(t *testing.T) {
	d := deploy(t)
	for what, token := range map[string]string{
		"garbage": "garbage", "one that is good": d.token(t, "alice", time.Now),
		"one of another issuer": "eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJodHRwczovL2Vsc2V3aGVyZS5leGFtcGxlIiwiZXhwIjoxNjAwMDAwMDAwfQ.c2ln",
	} {
		cfg := d.config(t, fault{})
		cfg.Expired, cfg.Except = token, []string{"expiry"}
		report, err := verify.Run(t.Context(), cfg)
		if err != nil {
			t.Fatal(err)
		}
		if r, ok := report.Find("expired-token"); !ok || r.State != verify.NotChecked || r.How == "" || strings.Contains(r.Why, token) {
			t.Errorf("%s: %+v", what, r)
		}
	}
}
