package transfer

import (
	"context"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httputil"
	"sync"
	"sync/atomic"
	"testing"
)

// forward is an HTTP proxy that counts the bytes of files that pass it.
type forward struct {
	api     string // host of the API, whose bodies are not counted
	address string
	sent    meter        // to the store
	fetched meter        // from it
	open    atomic.Int64 // requests to the store that are under way
	// wholeOnly answers ranges with the whole file, as some proxies do.
	wholeOnly atomic.Bool

	mu     sync.Mutex
	refuse func(*http.Request) bool // answers 403 as a store does, if it says so
	full   func(*http.Request) bool // answers 507 as the embedded store does on a full disk
}

func (f *forward) start(t *testing.T, dial func(ctx context.Context, network, address string) (net.Conn, error)) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	f.address = l.Addr().String()
	transport := &http.Transport{Proxy: nil, DisableCompression: true, DialContext: dial}
	proxy := &httputil.ReverseProxy{
		Rewrite:   func(r *httputil.ProxyRequest) { r.Out.Host = r.In.Host }, // the URL names it already
		Transport: transport,
		ErrorHandler: func(w http.ResponseWriter, _ *http.Request, _ error) {
			w.WriteHeader(http.StatusBadGateway)
		},
		ErrorLog: log.New(io.Discard, "", 0), // connections are cut on purpose
		ModifyResponse: func(res *http.Response) error {
			if res.Request.Host != f.api {
				res.Body = &counted{res.Body, res.ContentLength, &f.fetched}
			}
			return nil
		},
	}
	server := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		f.mu.Lock()
		refused := f.refuse != nil && f.refuse(r)
		full := f.full != nil && f.full(r)
		f.mu.Unlock()
		if full {
			w.WriteHeader(http.StatusInsufficientStorage)
			_, _ = io.WriteString(w, "<Error><Code>InsufficientStorage</Code><Message>No space left on device.</Message></Error>")
			return
		}
		if refused {
			w.WriteHeader(http.StatusForbidden)
			_, _ = io.WriteString(w, "<Error><Code>AccessDenied</Code><Message>Request has expired</Message></Error>")
			return
		}
		if r.Host != f.api {
			f.open.Add(1)
			defer f.open.Add(-1)
			r.Body = &counted{r.Body, r.ContentLength, &f.sent}
			if f.wholeOnly.Load() {
				r.Header.Del("Range")
			}
		}
		proxy.ServeHTTP(w, r)
	})}
	go server.Serve(l) // until Close
	t.Cleanup(func() {
		f.sent.release()
		f.fetched.release()
		server.Close()
		transport.CloseIdleConnections() // the store waits for them when it stops
	})
}

// refuseIf sets which requests are refused.
func (f *forward) refuseIf(refuse func(*http.Request) bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.refuse = refuse
}

// fullIf sets which requests find the store full; nil is none.
func (f *forward) fullIf(full func(*http.Request) bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.full = full
}
