package provision

import (
	"encoding/pem"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"path/filepath"
	"testing"

	"github.com/bytepass/bytepass/test/serve"
	"github.com/bytepass/bytepass/test/stores"
)

// TestBehindAProxy provisions a store that sees plain HTTP behind a proxy that
// ends TLS. "TLS only" would refuse everybody there, for ever: the policy that
// says so could not be taken back. So it may only be written where the store
// sees TLS, and the bucket goes on working.
func TestBehindAProxy(t *testing.T) {
	binary, err := serve.Binary(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, kind := range stores.Kinds() {
		t.Run(string(kind), func(t *testing.T) {
			store := stores.Start(t, kind, stores.Options{})
			certificate := inFront(t, store)
			t.Setenv("SSL_CERT_FILE", certificate)
			o := operator{binary: binary, store: store}
			flags := []string{"provision", "--yes", "--no-users", "--without", "publicAccess"}
			says := "done"
			if kind == stores.SeaweedFS { // the one that heeds "TLS only", also for an administrator
				says = "policy TLSOnly: locks-out"
			}
			o.expect(t, 0, says, "files", flags...)
			o.expect(t, 0, "nothing to change", "files", flags...)
			through := store.ClientOf(stores.User{AccessKey: store.AccessKey, SecretKey: store.SecretKey})
			if err := putByURL(t.Context(), through, "files", "u/alice/a", "x"); err != nil {
				t.Errorf("the bucket takes no object any more: %v", err)
			}
		})
	}
}

// inFront puts a proxy with TLS in front of the store and returns the file of
// its certificate.
func inFront(t *testing.T, store *stores.Store) string {
	t.Helper()
	behind, err := url.Parse(store.Endpoint)
	if err != nil {
		t.Fatal(err)
	}
	proxy := httptest.NewTLSServer(&httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) {
		r.SetURL(behind)
		r.Out.Host = r.In.Host // it is signed
	}})
	t.Cleanup(proxy.Close)
	transport := http.DefaultTransport.(*http.Transport)
	before := transport.TLSClientConfig
	transport.TLSClientConfig = proxy.Client().Transport.(*http.Transport).TLSClientConfig
	t.Cleanup(func() { transport.TLSClientConfig = before })
	store.Endpoint = proxy.URL
	path := filepath.Join(t.TempDir(), "proxy.pem")
	if err := os.WriteFile(path, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: proxy.Certificate().Raw}), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}
