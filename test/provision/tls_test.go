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

	"github.com/bytepass/bytepass/test/stores"
)

// behindAProxy provisions a store that sees plain HTTP behind a proxy that ends
// TLS. "TLS only" would refuse everybody there, for ever: the policy that says so
// could not be taken back. So it may only be written where the store sees TLS,
// and the bucket goes on working.
func behindAProxy(t *testing.T, o operator) {
	store := *o.store
	certificate := inFront(t, &store)
	t.Setenv("SSL_CERT_FILE", certificate)
	o.store = &store
	flags := []string{"provision", "--yes", "--no-users", "--without", "publicAccess"}
	says := "done"
	if store.Kind == stores.SeaweedFS { // the one that heeds "TLS only", also for an administrator
		says = "policy TLSOnly: locks-out"
	}
	o.expect(t, 0, says, "proxied", flags...)
	o.expect(t, 0, "nothing to change", "proxied", flags...)
	through := store.ClientOf(stores.User{AccessKey: store.AccessKey, SecretKey: store.SecretKey})
	if err := putByURL(t.Context(), through, "proxied", "u/alice/a", "x"); err != nil {
		t.Errorf("the bucket takes no object any more: %v", err)
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
