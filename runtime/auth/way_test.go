package auth

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/go-jose/go-jose/v4"

	"github.com/bytepass/bytepass/runtime/files"
)

// misleading is an issuer over TLS that sends whoever asks for its keys
// elsewhere: to a server that would hand out the forger's.
func misleading(t *testing.T, discovery, keys func(elsewhere string) http.HandlerFunc) (i *issuer, asked *atomic.Int32, forged jose.JSONWebKey) {
	t.Helper()
	forged = private("key", jose.RS256, foreignKey())
	asked = &atomic.Int32{}
	elsewhere := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked.Add(1)
		_ = json.NewEncoder(w).Encode(jose.JSONWebKeySet{Keys: []jose.JSONWebKey{forged.Public()}})
	}))
	t.Cleanup(elsewhere.Close)
	mux := http.NewServeMux()
	mux.HandleFunc("GET /.well-known/openid-configuration", discovery(elsewhere.URL))
	mux.HandleFunc("GET /keys", keys(elsewhere.URL))
	i = &issuer{Server: httptest.NewTLSServer(mux)}
	t.Cleanup(i.Close)
	return i, asked, forged
}

// What an issuer over TLS says of its keys is worth no more than the way it came
// by: nobody who listens on a plain line may put in keys of his own.
func TestTheWayToTheKeysStaysOverTLS(t *testing.T) {
	document := func(keys func(elsewhere, self string) string) func(string) http.HandlerFunc {
		return func(elsewhere string) http.HandlerFunc {
			return func(w http.ResponseWriter, r *http.Request) {
				self := "https://" + r.Host
				_ = json.NewEncoder(w).Encode(map[string]string{"issuer": self, "jwks_uri": keys(elsewhere, self)})
			}
		}
	}
	own := func(_, self string) string { return self + "/keys" }
	none := func(string) http.HandlerFunc { return http.NotFound }
	redirect := func(elsewhere string) http.HandlerFunc {
		return http.RedirectHandler(elsewhere, http.StatusFound).ServeHTTP
	}
	for name, tc := range map[string]struct {
		discovery, keys func(string) http.HandlerFunc
	}{
		"keys on a plain line":     {document(func(elsewhere, _ string) string { return elsewhere }), none},
		"keys that are redirected": {document(own), redirect},
		"a document that is":       {redirect, none},
		"keys without a place":     {document(func(string, string) string { return "" }), none},
		"keys in a file":           {document(func(string, string) string { return "file:///etc/keys" }), none},
	} {
		t.Run(name, func(t *testing.T) {
			i, asked, forged := misleading(t, tc.discovery, tc.keys)
			c := newClock()
			_, err := newTestOIDC(t, i, c).Authenticate(withToken(sign(t, forged, i.claims(c.Now(), nil), nil)))
			wantCode(t, err, files.CodeUnavailable)
			if n := asked.Load(); n != 0 {
				t.Errorf("the plain line was asked %d times", n)
			}
		})
	}
}

// endless writes what never ends, until nobody listens any more or it is far
// too much.
func endless(sent *atomic.Int64) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, `{"issuer":"`)
		for line := strings.Repeat("x", 64<<10); sent.Load() < 64<<20; {
			n, err := io.WriteString(w, line)
			sent.Add(int64(n))
			if err != nil {
				return
			}
		}
	}
}

// An issuer that answers without end fills no memory.
func TestAnswersOfTheIssuerAreBounded(t *testing.T) {
	var sent atomic.Int64
	i := newIssuer(t, private("key", jose.RS256, rsaKey()))
	i.Config.Handler = endless(&sent)
	c := newClock()
	_, err := newTestOIDC(t, i, c).Authenticate(withToken(sign(t, private("key", jose.RS256, rsaKey()), i.claims(c.Now(), nil), nil)))
	wantCode(t, err, files.CodeUnavailable)
	if n := sent.Load(); n >= 64<<20 {
		t.Errorf("%d bytes were read", n)
	}
}

// What an issuer says when it fails is in the log once for each request that
// has to be refused, so it is a sentence and not a page.
func TestErrorsOfTheIssuerAreShort(t *testing.T) {
	i, c := newIssuer(t), newClock()
	i.Config.Handler = http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		http.Error(w, "down for maintenance "+strings.Repeat("x", 1<<20), http.StatusServiceUnavailable)
	})
	_, err := newTestOIDC(t, i, c).Authenticate(withToken(sign(t, private("key", jose.RS256, rsaKey()), i.claims(c.Now(), nil), nil)))
	wantCode(t, err, files.CodeUnavailable)
	var problem *files.Problem
	if !errors.As(err, &problem) || problem.Err == nil {
		t.Fatalf("got %v", err)
	}
	if says := problem.Err.Error(); len(says) > 1000 || !strings.Contains(says, "503") || !strings.Contains(says, "down for maintenance") {
		t.Errorf("the log would hold %d bytes: %.100s", len(says), says)
	}
}
