package issuer

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"sync"
	"time"
)

// ClientID is what the console is called at a Login.
const ClientID = "console"

// Login is an issuer at which people sign in with a browser, by whatever name
// they enter. It stands at localhost, so that to a console at 127.0.0.1 it is
// another site, as it is in life. The test may take it away, or change what it
// answers.
type Login struct {
	*Issuer
	server *http.Server

	mu     sync.Mutex
	down   bool
	change func(*http.Response) error
	grants map[string]int
}

// StartLogin runs an issuer until Close, whose public client ClientID has its
// pages at origin, and whose access tokens live that long.
func StartLogin(ctx context.Context, origin string, life time.Duration) (*Login, error) {
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	_, port, err := net.SplitHostPort(l.Addr().String())
	if err != nil {
		return nil, err
	}
	front := "http://localhost:" + port
	is, err := start(ctx, map[string]any{
		"owners": []string{}, "issuer": front,
		"console": map[string]any{"clientId": ClientID, "origin": origin, "accessSeconds": int(life.Seconds())},
	})
	if err != nil {
		return nil, errors.Join(err, l.Close())
	}
	behind, err := url.Parse(is.URL)
	if err != nil {
		return nil, errors.Join(err, l.Close(), is.Close())
	}
	is.URL = front
	login := &Login{Issuer: is, grants: map[string]int{}}
	login.server = &http.Server{
		ReadHeaderTimeout: 10 * time.Second,
		Handler: login.watch(&httputil.ReverseProxy{
			Rewrite: func(p *httputil.ProxyRequest) {
				p.SetURL(behind)
				p.Out.Host = p.In.Host // it builds its URLs from the name that it is called by
			},
			ModifyResponse: login.modify,
		}),
	}
	go login.server.Serve(l) // until Close
	return login, nil
}

// watch counts grants, and cuts connections while the issuer is down.
func (l *Login) watch(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		l.mu.Lock()
		down := l.down
		l.mu.Unlock()
		if down {
			panic(http.ErrAbortHandler)
		}
		if r.URL.Path == "/token" && r.Method == http.MethodPost {
			form, err := io.ReadAll(r.Body)
			if err != nil {
				panic(http.ErrAbortHandler)
			}
			r.Body = io.NopCloser(bytes.NewReader(form))
			if values, err := url.ParseQuery(string(form)); err == nil {
				l.mu.Lock()
				l.grants[values.Get("grant_type")]++
				l.mu.Unlock()
			}
		}
		next.ServeHTTP(w, r)
	})
}

func (l *Login) modify(res *http.Response) error {
	l.mu.Lock()
	change := l.change
	l.mu.Unlock()
	if change == nil {
		return nil
	}
	return change(res)
}

// Down takes the issuer away, or brings it back.
func (l *Login) Down(is bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.down = is
}

// Change has every answer go through change; nil leaves them as they are.
func (l *Login) Change(change func(*http.Response) error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.change = change
}

// Grants returns how often tokens were asked for by a grant, such as "refresh_token".
func (l *Login) Grants(grant string) int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.grants[grant]
}

// Close ends the issuer.
func (l *Login) Close() error { return errors.Join(l.server.Close(), l.Issuer.Close()) }
