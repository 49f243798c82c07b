package onprem

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"sync"
	"testing"
	"time"
)

const (
	// patience is how long the balancer looks for a server that answers.
	patience = 2 * time.Minute
	// largestBody is what it keeps of a request in bytes, to send it again. No
	// file passes here.
	largestBody = 4 << 20
)

// balancer sends each request to the next of several servers, and to another
// when one gives no answer or is not available, as balancers do that are told to
// repeat what is not idempotent too.
type balancer struct {
	*httptest.Server

	mu      sync.Mutex
	targets []*url.URL
	next    int
}

// balance starts a balancer without servers for the length of the test.
func balance(t testing.TB) *balancer {
	b := &balancer{}
	b.Server = httptest.NewServer(&httputil.ReverseProxy{
		Transport: b,
		Rewrite: func(r *httputil.ProxyRequest) {
			r.Out.Host, r.Out.URL.Scheme, r.Out.URL.Host = r.In.Host, "http", "next"
			r.Out.URL.RawQuery = r.In.URL.RawQuery // as it came, also what cannot be parsed
		},
		ErrorHandler: func(w http.ResponseWriter, _ *http.Request, _ error) { w.WriteHeader(http.StatusBadGateway) },
	})
	t.Cleanup(b.Close)
	return b
}

// add lets a server take part.
func (b *balancer) add(t testing.TB, address string) {
	t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.targets = append(b.targets, u)
}

func (b *balancer) pick() *url.URL {
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(b.targets) == 0 {
		return nil
	}
	b.next = (b.next + 1) % len(b.targets)
	return b.targets[b.next]
}

// RoundTrip sends a request to servers until one answers.
func (b *balancer) RoundTrip(r *http.Request) (*http.Response, error) {
	var body []byte
	if r.Body != nil {
		var err error
		if body, err = io.ReadAll(io.LimitReader(r.Body, largestBody)); err != nil {
			return nil, err
		}
	}
	var res *http.Response
	err := errors.New("there is no server")
	for deadline := time.Now().Add(patience); time.Now().Before(deadline) && r.Context().Err() == nil; {
		target := b.pick()
		if target == nil {
			break
		}
		if res, err = b.try(r, target, body); err == nil && res.StatusCode != http.StatusServiceUnavailable {
			break
		}
		time.Sleep(10 * time.Millisecond)
	}
	return res, err
}

func (b *balancer) try(r *http.Request, target *url.URL, body []byte) (*http.Response, error) {
	again := r.Clone(context.WithoutCancel(r.Context()))
	again.URL.Host = target.Host
	if again.ContentLength = int64(len(body)); len(body) > 0 {
		again.Body = io.NopCloser(bytes.NewReader(body))
	}
	res, err := http.DefaultTransport.RoundTrip(again)
	if err != nil {
		return nil, err
	}
	// An answer that breaks off is none.
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	res.Body = io.NopCloser(bytes.NewReader(text))
	return res, err
}
