package emulator

import (
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httputil"
	"strings"
	"time"
)

// proxy stands in front of the emulator and tells it that requests came by
// TLS, because the bucket policies refuse everything else. Host and path go
// through byte for byte: signatures cover them. What API Gateway would refuse
// for its size goes no further.
type proxy struct {
	addr   string
	server *http.Server
}

func startProxy(target string) (*proxy, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	transport := http.DefaultTransport.(*http.Transport).Clone()
	// The emulator hangs up after 75 s: long before that, so that no request
	// meets a connection that is just going away.
	transport.IdleConnTimeout = 10 * time.Second
	forward := &httputil.ReverseProxy{
		Transport: transport,
		Rewrite: func(r *httputil.ProxyRequest) {
			r.Out.URL.Scheme, r.Out.URL.Host = "http", target
			r.Out.URL.RawQuery = r.In.URL.RawQuery
			r.Out.Host = r.In.Host
			r.Out.Header.Set("X-Forwarded-Proto", "https")
		},
		FlushInterval: -1,
		// The emulator's start is waited for through the proxy: refused
		// connections are expected then.
		ErrorLog: log.New(io.Discard, "", 0),
	}
	p := &proxy{addr: l.Addr().String(), server: &http.Server{
		Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if overQuota(r) {
				w.WriteHeader(http.StatusRequestHeaderFieldsTooLarge)
				return
			}
			// Or an answer that is quicker than the last read of the request's
			// body closes that body under the forwarder, which then cuts the
			// answer off.
			if err := http.NewResponseController(w).EnableFullDuplex(); err != nil {
				http.Error(w, err.Error(), http.StatusInternalServerError)
				return
			}
			forward.ServeHTTP(w, r)
		}),
	}}
	go p.server.Serve(l)
	return p, nil
}

func (p *proxy) close() { p.server.Close() }

// withoutAWS removes what would lead an AWS client elsewhere than to the emulator.
func withoutAWS(environ []string) []string {
	var kept []string
	for _, v := range environ {
		if !strings.HasPrefix(v, "AWS_") {
			kept = append(kept, v)
		}
	}
	return kept
}
