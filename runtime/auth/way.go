package auth

import (
	"fmt"
	"io"
	"net/http"
	"net/url"
)

// maxAnswer bounds an answer of the issuer in bytes. Of one that is an error no
// more than maxError is read: it goes into the log.
const (
	maxAnswer = 1 << 20
	maxError  = 500
)

// way is how the issuer is asked. Whoever can put keys into an answer can sign
// tokens, so every hop has to be over TLS: the issuer itself, what its document
// names as jwks_uri, and whatever either of them redirects to (OpenID Connect
// Discovery 1.0, sections 4 and 7.2). An issuer on loopback may be asked in the
// clear, and so may other loopback addresses that it names.
type way struct {
	next     http.RoundTripper
	loopback bool // the issuer is http://, on this machine
}

// newWay returns a client that asks the issuer as client does, but only on its
// way, and reads at most maxAnswer of an answer.
func newWay(client *http.Client, issuer *url.URL) *http.Client {
	next := client.Transport
	if next == nil {
		next = http.DefaultTransport
	}
	careful := *client
	careful.Transport = way{next: next, loopback: issuer.Scheme == "http"}
	return &careful
}

// RoundTrip sends a request. The error names the address that leads off the way.
func (w way) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.URL.Scheme != "https" && (!w.loopback || r.URL.Scheme != "http" || !isLoopback(r.URL.Hostname())) {
		return nil, fmt.Errorf("the issuer leads to %s://%s, where keys are not safe; it has to use https", r.URL.Scheme, r.URL.Host)
	}
	resp, err := w.next.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	if resp.StatusCode == http.StatusOK {
		resp.Body = &bounded{resp.Body, maxAnswer + 1}
	} else {
		resp.Body = beginning{io.LimitReader(resp.Body, maxError), resp.Body}
	}
	return resp, nil
}

// bounded is a body that fails after so many bytes.
type bounded struct {
	io.ReadCloser
	left int
}

// Read reads at most what is left.
func (b *bounded) Read(p []byte) (int, error) {
	if b.left == 0 {
		return 0, fmt.Errorf("the issuer answers with more than %d bytes", maxAnswer)
	}
	n, err := b.ReadCloser.Read(p[:min(len(p), b.left)])
	b.left -= n
	return n, err
}

// beginning is the first bytes of a body.
type beginning struct {
	io.Reader
	io.Closer
}
