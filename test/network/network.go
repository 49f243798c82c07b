// Package network is a browser's way to everything in tests: an HTTP proxy that
// serves the page itself, ends the browser's TLS, finds the host names of an
// emulator, counts the parts of files, and fails, delays or holds what a test
// names.
package network

import (
	"bytes"
	"context"
	"io"
	"log"
	"math"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"strings"
	"sync"
	"testing"
	"time"
)

// PageHost is where the browser finds the page: an origin that pages may have
// in the default settings.
const PageHost = "localhost:3000"

// Network is the browser's way to everything: a proxy that passes requests on
// byte for byte, or does to them what networks do.
type Network struct {
	server  *httptest.Server
	tls     *httptest.Server // where the browser's TLS ends
	forward *httputil.ReverseProxy
	page    http.Handler

	mu     sync.Mutex
	faults []*fault
	puts   []put
}

// put is a PUT of a part that the browser has sent.
type put struct{ path, part string }

// fault happens to the next requests that match.
type fault struct {
	matches func(*http.Request) bool
	times   int
	late    time.Duration    // the answer comes so much later
	instead http.HandlerFunc // nil passes the request on
}

// lateKey is the context's key of how late an answer is to be.
type lateKey struct{}

// Start starts a proxy that serves the page itself.
func Start(t *testing.T, page http.Handler) *Network {
	t.Helper()
	dialer := &net.Dialer{}
	n := &Network{page: page}
	n.forward = &httputil.ReverseProxy{
		Rewrite: func(r *httputil.ProxyRequest) {
			r.Out.URL.Scheme, r.Out.URL.Host, r.Out.Host = "http", r.In.Host, r.In.Host
			r.Out.URL.RawQuery = r.In.URL.RawQuery
		},
		Transport: &http.Transport{
			MaxIdleConnsPerHost: 10,
			// A server hangs up on a new connection that brings no request in 10 s:
			// before that, so that no request meets one that is just going away.
			IdleConnTimeout: 5 * time.Second,
			DialContext: func(ctx context.Context, network, address string) (net.Conn, error) {
				if host, port, _ := net.SplitHostPort(address); strings.HasSuffix(host, ".localhost") {
					address = net.JoinHostPort("127.0.0.1", port) // which Go does not resolve
				}
				return dialer.DialContext(ctx, network, address)
			},
		},
		ModifyResponse: func(res *http.Response) error {
			late, _ := res.Request.Context().Value(lateKey{}).(time.Duration)
			time.Sleep(late)
			return nil
		},
		ErrorLog: log.New(io.Discard, "", 0), // of requests that the browser gave up
	}
	n.server, n.tls = httptest.NewServer(n), httptest.NewTLSServer(n)
	n.tls.Config.ErrorLog = n.forward.ErrorLog
	t.Cleanup(func() {
		n.server.CloseClientConnections()
		n.tls.CloseClientConnections()
		n.server.Close()
		n.tls.Close()
	})
	return n
}

// URL is the proxy's, for the browser's settings.
func (n *Network) URL() string { return n.server.URL }

// ServeHTTP passes a request on.
func (n *Network) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	switch {
	case r.Method == http.MethodConnect:
		n.connect(w)
		return
	case r.Host == PageHost:
		n.page.ServeHTTP(w, r)
		return
	case r.Method == http.MethodPut:
		n.mu.Lock()
		n.puts = append(n.puts, put{r.URL.Path, r.URL.Query().Get("partNumber")})
		n.mu.Unlock()
	}
	// All of the request first: an answer that comes before its end would be cut
	// off here, and not by the server that is under test.
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return // the browser has given up
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	f := n.hit(r)
	if f == nil {
		n.forward.ServeHTTP(w, r)
		return
	}
	if f.instead != nil {
		f.instead(w, r)
		return
	}
	n.forward.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), lateKey{}, f.late)))
}

// connect leads the browser to the end of its TLS, whichever host it meant: the
// requests in it name theirs.
func (n *Network) connect(w http.ResponseWriter) {
	there, err := net.Dial("tcp", n.tls.Listener.Addr().String())
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadGateway)
		return
	}
	here, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		there.Close()
		return
	}
	io.WriteString(here, "HTTP/1.1 200 OK\r\n\r\n")
	go func() {
		io.Copy(there, here)
		there.Close()
	}()
	io.Copy(here, there)
	here.Close()
}

// hit returns the fault that happens to a request, if any.
func (n *Network) hit(r *http.Request) *fault {
	n.mu.Lock()
	defer n.mu.Unlock()
	for _, f := range n.faults {
		if f.times > 0 && f.matches(r) {
			f.times--
			return f
		}
	}
	return nil
}

func (n *Network) add(f *fault) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.faults = append(n.faults, f)
}

// Fails answers so many requests with 500, as S3 does when it is overloaded.
func (n *Network) Fails(matches func(*http.Request) bool, times int) {
	n.add(&fault{matches: matches, times: times, instead: func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Access-Control-Allow-Origin", "*")
		http.Error(w, "<Error><Code>InternalError</Code></Error>", http.StatusInternalServerError)
	}})
}

// Late lets the answer of one request come later.
func (n *Network) Late(matches func(*http.Request) bool, by time.Duration) {
	n.add(&fault{matches: matches, times: 1, late: by})
}

// Holds swallows one request, which is never answered. The first channel is
// closed when all of it has come, the second when the browser has given it up.
func (n *Network) Holds(matches func(*http.Request) bool) (held, givenUp <-chan struct{}) {
	came, gone := make(chan struct{}), make(chan struct{})
	n.add(&fault{matches: matches, times: 1, instead: func(_ http.ResponseWriter, r *http.Request) {
		close(came)
		<-r.Context().Done()
		close(gone)
	}})
	return came, gone
}

// Ends breaks the connection of every request that matches, as a server does
// that is not there, until the returned function is called.
func (n *Network) Ends(matches func(*http.Request) bool) (again func()) {
	f := &fault{matches: matches, times: math.MaxInt, instead: func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }}
	n.add(f)
	return func() {
		n.mu.Lock()
		defer n.mu.Unlock()
		f.times = 0
	}
}

// Sent returns how often each part of a file was sent.
func (n *Network) Sent(key string) map[string]int {
	n.mu.Lock()
	defer n.mu.Unlock()
	times := map[string]int{}
	for _, p := range n.puts {
		if strings.HasSuffix(p.path, "/"+key) {
			times[p.part]++
		}
	}
	return times
}
