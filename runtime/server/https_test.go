package server

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/bytepass/bytepass/runtime/auth/devissuer"
)

// startIssuer serves an issuer of its own and returns its URL and a token.
func startIssuer(t *testing.T) (issuer, token string) {
	t.Helper()
	mux := http.NewServeMux()
	s := httptest.NewServer(mux)
	t.Cleanup(s.Close)
	issuer = s.URL + issuerPath
	i, err := devissuer.Open(t.TempDir(), issuer, time.Now)
	if err != nil {
		t.Fatal(err)
	}
	mux.Handle(issuerPath+"/", i)
	if token, err = i.Token("alice", nil, time.Hour); err != nil {
		t.Fatal(err)
	}
	return issuer, token
}

// shown returns the end of the certificate that is shown at an address.
func shown(t *testing.T, address string) time.Time {
	t.Helper()
	conn, err := tls.Dial("tcp", address, &tls.Config{InsecureSkipVerify: true}) // which it is, is the question
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	return conn.ConnectionState().PeerCertificates[0].NotAfter
}

// TestHTTPS: API and embedded store by TLS, with one certificate that is
// renewed while both serve.
func TestHTTPS(t *testing.T) {
	first, second := time.Now().AddDate(0, 1, 0).Truncate(time.Second).UTC(), time.Now().AddDate(0, 2, 0).Truncate(time.Second).UTC()
	certPEM, keyPEM := newPair(t, first)
	newCert, newKey := newPair(t, second)
	files := newTLSFiles(t, certPEM, keyPEM)
	issuer, token := startIssuer(t)
	cfg := configOf(t.TempDir())
	cfg.TLSCert, cfg.TLSKey, cfg.certificateEvery = files.cert, files.key, 20*time.Millisecond
	cfg.Issuer, cfg.Audience = issuer, devissuer.Audience
	s := runServer(t, cfg)
	store, err := url.Parse(s.Store)
	if err != nil || !strings.HasPrefix(s.URL, "https://127.0.0.1:") || store.Scheme != "https" {
		t.Fatalf("it serves %s and %s", s.URL, s.Store)
	}
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(certPEM)
	roots.AppendCertsFromPEM(newCert)
	client := &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots}, ForceAttemptHTTP2: true}}
	defer client.CloseIdleConnections()
	do := func(method, target, token, body string) (answer struct {
		URL     string
		Headers map[string]string
	}) {
		r, err := http.NewRequestWithContext(t.Context(), method, target, strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		if token != "" {
			r.Header.Set("Authorization", "Bearer "+token)
		}
		r.Header.Set("Content-Type", "text/plain")
		res, err := client.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		defer res.Body.Close()
		if res.StatusCode != http.StatusOK {
			t.Fatalf("%s %s: %s", method, strings.Split(target, "?")[0], res.Status)
		}
		if token != "" {
			if err := json.NewDecoder(res.Body).Decode(&answer); err != nil {
				t.Fatal(err)
			}
		}
		return answer
	}
	upload := func(key string) {
		signed := do(http.MethodPost, s.URL+"/api/presign", token, `{"key":"`+key+`","mimeType":"text/plain","size":5}`)
		if !strings.HasPrefix(signed.URL, s.Store+"/") {
			t.Errorf("the signed URL does not begin with %s", s.Store)
		}
		do(http.MethodPut, signed.URL, "", "bytes")
	}
	upload("a")
	if counts, err := Reconcile(t.Context(), cfg, nil); err != nil || counts.Keys != 1 {
		t.Errorf("reconcile beside it: %+v, %v", counts, err)
	}
	if got := get(t, http.DefaultClient, "http://"+strings.TrimPrefix(s.URL, "https://")); !strings.Contains(got, "HTTP request to an HTTPS server") {
		t.Errorf("HTTP is answered %q", got)
	}

	files.write(t, newCert, newKey)
	api := strings.TrimPrefix(s.URL, "https://")
	for end := time.Now().Add(longest); !shown(t, api).Equal(second) || !shown(t, store.Host).Equal(second); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("still shown are those until %v and %v", shown(t, api), shown(t, store.Host))
		}
	}
	client.CloseIdleConnections()
	upload("b")
}

// TestMetricsAddressInUse names the setting.
func TestMetricsAddressInUse(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	cfg := configOf(t.TempDir())
	cfg.MetricsListen = l.Addr().String()
	if err := Run(t.Context(), cfg); err == nil || !strings.HasPrefix(err.Error(), "--metrics-listen: ") {
		t.Error(err)
	}
}
