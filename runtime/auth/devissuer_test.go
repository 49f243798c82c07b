package auth

import (
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/bytepass/bytepass/runtime/auth/devissuer"
	"github.com/bytepass/bytepass/runtime/files"
)

func TestDevelopmentIssuerIsARealOne(t *testing.T) {
	dir := t.TempDir()
	var dev *devissuer.Issuer
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { dev.ServeHTTP(w, r) }))
	defer server.Close()
	issuerURL := server.URL + "/issuer"
	dev, err := devissuer.Open(dir, issuerURL, time.Now)
	if err != nil {
		t.Fatal(err)
	}
	c := newClock()
	c.now = time.Now()
	o := newTestOIDC(t, &issuer{Server: server}, c)
	o.cfg.Issuer, o.keys.issuer, o.cfg.Audience = issuerURL, issuerURL, devissuer.Audience

	token, err := dev.Token("alice", []string{"team", "a b"}, time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	p, err := o.Authenticate(withToken(token))
	if err != nil || p.Owner != "alice" || !p.InGroup("a b") || !p.HasScope(ScopeWrite) {
		t.Errorf("got %+v, %v", p, err)
	}
	c.pass(time.Hour + skew + time.Second)
	_, err = o.Authenticate(withToken(token))
	wantCode(t, err, files.CodeUnauthenticated)

	for path, want := range map[string]int{"/issuer/jwks.json": 200, "/issuer": 404, "/jwks.json": 404} {
		resp, err := server.Client().Get(server.URL + path)
		if err != nil || resp.StatusCode != want {
			t.Fatalf("GET %s: %v, %v", path, resp, err)
		}
		_ = resp.Body.Close()
	}
	resp, err := server.Client().Post(server.URL+"/issuer/jwks.json", "", nil)
	if err != nil || resp.StatusCode != http.StatusMethodNotAllowed {
		t.Fatalf("POST: %v, %v", resp, err)
	}
	_ = resp.Body.Close()
}
