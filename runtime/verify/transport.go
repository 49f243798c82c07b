package verify

import (
	"context"
	"crypto/tls"
	"fmt"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"sync/atomic"
	"time"

	"github.com/bytepass/bytepass/runtime/client"
)

// plainTimeout is how long something may take to answer in the clear: a port
// that drops everything is as good as one that refuses.
const plainTimeout = 3 * time.Second

// transport: whoever listens on the way must learn nothing. Within one machine
// there is no way.
func (p *probe) transport(ctx context.Context) error {
	var here []string
	for _, place := range []struct{ what, url string }{{"the API", p.base + "/healthz"}, {"the store", p.main.URL}} {
		u, err := url.Parse(place.url)
		if err != nil {
			return &Failure{"a request to " + place.what, "a URL", "something else"}
		}
		switch {
		case u.Scheme == "https":
			if err := p.refusesOldTLS(ctx, place.what, u.Host); err != nil {
				return err
			}
		case loopback(u.Hostname()):
			here = append(here, place.what)
			continue
		default:
			return &Failure{"a request to " + place.what + " at http://" + u.Host, "TLS: an https URL", "TLS is off: whoever listens reads tokens, signed URLs and files"}
		}
	}
	if err := p.refusesPlain(ctx); err != nil {
		return err
	}
	if len(here) > 0 {
		return notChecked("run it from where the clients are", "on this machine there is no TLS: %s", sentence(here))
	}
	return nil
}

// refusesOldTLS returns nil if the host shakes no hands over TLS 1.1 or less (RFC
// 8996 forbids these). What it would answer then does not matter, so it is not
// asked who it is. The error is no Failure if it was not reached.
func (p *probe) refusesOldTLS(ctx context.Context, what, host string) error {
	transport, ok := p.cfg.Transport.(*http.Transport)
	if !ok {
		transport = http.DefaultTransport.(*http.Transport)
	}
	old := transport.Clone()
	defer old.CloseIdleConnections()
	old.TLSClientConfig = &tls.Config{MinVersion: tls.VersionTLS10, MaxVersion: tls.VersionTLS11, InsecureSkipVerify: true} //nolint:gosec // that is the question
	old.ForceAttemptHTTP2 = false
	ctx, cancel := context.WithTimeout(ctx, plainTimeout)
	defer cancel()
	var tried atomic.Bool
	var taken atomic.Uint32
	ctx = httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
		TLSHandshakeStart: func() { tried.Store(true) },
		TLSHandshakeDone: func(s tls.ConnectionState, err error) {
			if err == nil {
				taken.Store(uint32(s.Version))
			}
		},
	})
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "https://"+host+"/", nil)
	if err != nil {
		return err
	}
	res, err := old.RoundTrip(req)
	if err == nil {
		res.Body.Close()
	}
	switch version := taken.Load(); {
	case version != 0:
		return &Failure{"a handshake with " + what + " over TLS 1.1", "none", tls.VersionName(uint16(version)) + " was taken"}
	case !tried.Load():
		return fmt.Errorf("%s was not reached: %w", what, client.Bare(err))
	}
	return nil
}

// refusesPlain sends in the clear what must not be taken so: a question that
// needs no token to the API, and to the store an upload by a URL that is good
// for two seconds and one file of this run.
func (p *probe) refusesPlain(ctx context.Context) error {
	body := p.content("plain")
	s, err := p.presign(ctx, p.own, "plain", body, "expiresIn", 2)
	if err != nil {
		return err
	}
	for _, r := range []struct {
		sent string
		request
	}{
		{"GET /healthz", request{method: http.MethodGet, url: p.base + "/healthz"}},
		{"PUT of what was signed", request{method: http.MethodPut, url: s.URL, header: s.Headers, body: body}},
	} {
		u, err := url.Parse(r.url)
		if err != nil || u.Scheme != "https" {
			continue // this machine's own
		}
		u.Scheme = "http"
		r.url = u.String()
		asked, cancel := context.WithTimeout(ctx, plainTimeout)
		a, err := p.once(asked, r.request)
		cancel()
		if err != nil || a.status/100 != 2 {
			continue
		}
		if r.method == http.MethodPut {
			p.remember(made{key: s.Key})
		}
		return &Failure{r.sent + " in the clear, to http://" + u.Host, "no connection, a redirect to https or a refusal", fmt.Sprint(a)}
	}
	return nil
}
