package verify

import (
	"bytes"
	"context"
	"crypto/tls"
	"encoding/json"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
)

// The names under which clients reach the front; its certificate has both.
const (
	apiHost   = "example.com"
	storeHost = "files.example.com"
)

// fault is what is wrong with a deployment.
type fault struct {
	// request changes a request of a client, or answers it by itself.
	request func(f *front, r *http.Request) *http.Response
	// answer changes an answer.
	answer func(f *front, res *http.Response)
	// oldTLS takes TLS 1.0, inTheClear are hosts that also answer without TLS.
	oldTLS     bool
	inTheClear []string
}

// front is what clients reach instead of the API and the store.
type front struct {
	fault      fault
	api, store *url.URL
	root       aws.Credentials
	own        string // the token of the one who verifies
	other      string // that of somebody else
	expired    string

	mu     sync.Mutex
	signed map[string]signed // what the API has signed, by the URL's signature
}

// signed is a request that the API has signed.
type signed struct {
	path    string
	query   url.Values
	until   time.Time
	headers map[string]string
	length  *int64 // of a PUT
}

// start starts the front; what it returns sends requests there.
func (f *front) start(t *testing.T) *http.Transport {
	t.Helper()
	f.signed = map[string]signed{}
	secure := httptest.NewUnstartedServer(f)
	secure.TLS = &tls.Config{MinVersion: tls.VersionTLS12}
	if f.fault.oldTLS {
		secure.TLS = &tls.Config{MinVersion: tls.VersionTLS10}
	}
	secure.Config.ErrorLog = log.New(io.Discard, "", 0) // it tells of every TLS 1.1
	secure.StartTLS()
	t.Cleanup(secure.Close)
	plain := httptest.NewServer(f)
	t.Cleanup(plain.Close)
	transport := secure.Client().Transport.(*http.Transport).Clone()
	transport.DialContext = func(ctx context.Context, network, address string) (net.Conn, error) {
		host, port, err := net.SplitHostPort(address)
		if err != nil {
			return nil, err
		}
		to := secure.Listener.Addr().String()
		if port == "80" {
			to = "127.0.0.1:1" // nobody listens there
			for _, open := range f.fault.inTheClear {
				if open == host {
					to = plain.Listener.Addr().String()
				}
			}
		}
		return (&net.Dialer{}).DialContext(ctx, network, to)
	}
	return transport
}

func (f *front) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	target := f.api
	if r.Host == storeHost {
		target = f.store
	}
	if r.Host == storeHost && r.Header.Get("Authorization") != "" {
		// What the policy of a signer's role says on AWS.
		http.Error(w, "<Error><Code>AccessDenied</Code></Error>", http.StatusForbidden)
		return
	}
	if f.fault.request != nil {
		if res := f.fault.request(f, r); res != nil {
			defer res.Body.Close()
			w.WriteHeader(res.StatusCode)
			_, _ = io.Copy(w, res.Body)
			return
		}
	}
	proxy := &httputil.ReverseProxy{
		Rewrite: func(pr *httputil.ProxyRequest) {
			pr.Out.URL.Scheme, pr.Out.URL.Host = target.Scheme, target.Host
			pr.Out.Host = target.Host
			if target == f.api || r.URL.Query().Get("X-Amz-Expires") == "60" {
				// The API sees where its clients are. The store is asked as the
				// API has signed; only a signer's URL, of a minute, is signed by
				// somebody who knows no other name.
				pr.Out.Host = r.Host
			}
		},
		ModifyResponse: func(res *http.Response) error {
			if target == f.api {
				if err := f.read(res); err != nil {
					return err
				}
			}
			if f.fault.answer != nil {
				f.fault.answer(f, res)
			}
			return nil
		},
	}
	proxy.ServeHTTP(w, r)
}

// read remembers what an answer of the API signs, and names the store as
// clients reach it.
func (f *front) read(res *http.Response) error {
	body, err := io.ReadAll(res.Body)
	if err != nil {
		return err
	}
	scheme := "https://"
	for _, open := range f.fault.inTheClear {
		if open == "tls is off" {
			scheme = "http://"
		}
	}
	body = bytes.ReplaceAll(body, []byte(f.store.String()+"/"), []byte(scheme+storeHost+"/"))
	var answer struct {
		URL           string
		Headers       map[string]string
		ContentLength *int64
	}
	if json.Unmarshal(body, &answer) == nil && answer.URL != "" {
		f.remember(answer.URL, answer.Headers, answer.ContentLength)
	}
	setBody(res, body)
	return nil
}

func setBody(res *http.Response, body []byte) {
	res.Body, res.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
	res.Header.Set("Content-Length", strconv.Itoa(len(body)))
}

func (f *front) remember(rawURL string, headers map[string]string, length *int64) {
	u, err := url.Parse(rawURL)
	if err != nil {
		return
	}
	q := u.Query()
	date, _ := time.Parse("20060102T150405Z", q.Get("X-Amz-Date"))
	life, _ := strconv.Atoi(q.Get("X-Amz-Expires"))
	f.mu.Lock()
	defer f.mu.Unlock()
	f.signed[q.Get("X-Amz-Signature")] = signed{u.Path, q, date.Add(time.Duration(life) * time.Second), headers, length}
}

// of returns what was signed with the request's signature; ok is false for a
// request to the API, and for one whose signature was never made.
func (f *front) of(r *http.Request) (s signed, ok bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	s, ok = f.signed[r.URL.Query().Get("X-Amz-Signature")]
	return s, ok && r.Host == storeHost
}

// known reports whether the path is that of an upload which was signed.
func (f *front) known(path string) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, s := range f.signed {
		if s.path == path {
			return true
		}
	}
	return false
}
