package uploads_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/bytepass/bytepass/runtime/files"
	"github.com/bytepass/bytepass/runtime/uploads"
)

// between puts a proxy between the Control and the store, which gives every
// request to meddle first; what meddle answers itself, the store does not see.
func between(t *testing.T, meddle func(w http.ResponseWriter, r *http.Request) (answered bool)) func(*uploads.Config) {
	t.Helper()
	target, err := url.Parse(gateway.Endpoint())
	if err != nil {
		t.Fatal(err)
	}
	proxy := &httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) {
		r.SetURL(target)
		r.Out.Host = r.In.Host // it is signed
	}}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !meddle(w, r) {
			proxy.ServeHTTP(w, r)
		}
	}))
	t.Cleanup(server.Close)
	return func(cfg *uploads.Config) { connect(cfg, server.URL) }
}

func isComplete(r *http.Request) bool {
	return r.Method == http.MethodPost && r.URL.Query().Has("uploadId")
}

func refuse(w http.ResponseWriter, status int, code string) {
	w.Header().Set("Content-Type", "application/xml")
	w.WriteHeader(status)
	_, _ = io.WriteString(w, "<Error><Code>"+code+"</Code></Error>")
}

// TestStoreStumbles has the store fail every request twice before it works.
func TestStoreStumbles(t *testing.T) {
	var mu sync.Mutex
	failures := map[string]int{}
	c := newControl(t, between(t, func(w http.ResponseWriter, r *http.Request) bool {
		mu.Lock()
		defer mu.Unlock()
		request := r.Method + r.URL.Path + r.URL.RawQuery
		if failures[request]++; failures[request]%3 != 0 {
			refuse(w, http.StatusServiceUnavailable, "SlowDown")
			return true
		}
		return false
	}))
	alice, body := person(t), content(12*mib)
	started := begun(t, c, alice, body)
	if list, err := c.Unfinished(t.Context(), alice, "film", nil); err != nil || len(list) != 1 {
		t.Errorf("unfinished %+v, %v", list, err)
	}
	complete(t, c, alice, started.ID)
	if err := c.Abort(t.Context(), alice, "film", started.ID); err != nil {
		t.Error(err)
	}
	if !bytes.Equal(stored(t, alice, "film"), body) {
		t.Error("other bytes are stored than were sent")
	}
}

// TestAnswerLost loses the answer to a completion that the store has done.
func TestAnswerLost(t *testing.T) {
	var lost atomic.Int32
	target, err := url.Parse(gateway.Endpoint())
	if err != nil {
		t.Fatal(err)
	}
	for name, noOverwrite := range map[string]bool{"overwriting": false, "not overwriting": true} {
		t.Run(name, func(t *testing.T) {
			lost.Store(0)
			c := newControl(t, between(t, func(w http.ResponseWriter, r *http.Request) bool {
				if !isComplete(r) || lost.Add(1) > 1 {
					return false
				}
				out := r.Clone(r.Context())
				out.URL.Scheme, out.URL.Host, out.RequestURI = target.Scheme, target.Host, ""
				res, err := http.DefaultTransport.RoundTrip(out)
				if err == nil {
					_ = res.Body.Close()
				}
				if err != nil || res.StatusCode != http.StatusOK {
					t.Errorf("the store did not complete: %v %v", res, err)
				}
				panic(http.ErrAbortHandler) // hangs up
			}))
			alice, body := person(t), content(1000)
			in := intent("film", len(body))
			in.NoOverwrite = noOverwrite
			started := start(t, c, alice, in)
			sendAll(t, started, body)
			if done := complete(t, c, alice, started.ID); done.VersionID == "" || done.Size != 1000 {
				t.Errorf("completed %+v", done)
			}
			if lost.Load() < 2 {
				t.Error("nobody asked the store again")
			}
		})
	}
}

// TestSlowCompletion is a completion that takes longer than the gateway in
// front of us waits.
func TestSlowCompletion(t *testing.T) {
	release, asked := make(chan struct{}), make(chan struct{}, 10)
	slow := between(t, func(_ http.ResponseWriter, r *http.Request) bool {
		if isComplete(r) {
			asked <- struct{}{}
			<-release
		}
		return false
	})
	c := newControl(t, func(cfg *uploads.Config) {
		slow(cfg)
		cfg.Wait = 200 * time.Millisecond
	})
	alice, body := person(t), content(1000)
	started := begun(t, newControl(t, nil), alice, body) // by one that waits for as long as it takes
	for range 2 {
		if _, err := c.Complete(t.Context(), alice, "film", started.ID, uploads.Finish{}); files.CodeOf(err) != files.CodeUnavailable {
			t.Fatalf("%v, want %s", err, files.CodeUnavailable)
		}
	}
	<-asked
	close(release)
	var done uploads.Completed
	var err error
	for end := time.Now().Add(2 * time.Minute); time.Now().Before(end); {
		if done, err = c.Complete(t.Context(), alice, "film", started.ID, uploads.Finish{}); err == nil {
			break
		}
	}
	if err != nil || done.VersionID == "" {
		t.Fatalf("%+v, %v", done, err)
	}
	if len(asked) > 0 {
		t.Errorf("the store was asked to complete %d times more", len(asked))
	}
	if !bytes.Equal(stored(t, alice, "film"), body) {
		t.Error("other bytes are stored than were sent")
	}
}

// TestCallerHangsUp completes although nobody waits for the answer.
func TestCallerHangsUp(t *testing.T) {
	ctx, hangUp := context.WithCancel(t.Context())
	c := newControl(t, between(t, func(_ http.ResponseWriter, r *http.Request) bool {
		if isComplete(r) {
			hangUp()
		}
		return false
	}))
	alice, body := person(t), content(1000)
	started := begun(t, c, alice, body)
	_, _ = c.Complete(ctx, alice, "film", started.ID, uploads.Finish{})
	complete(t, c, alice, started.ID)
	if !bytes.Equal(stored(t, alice, "film"), body) {
		t.Error("other bytes are stored than were sent")
	}
}

func TestStoreIsDown(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	l.Close()
	c := newControl(t, func(cfg *uploads.Config) {
		connect(cfg, "http://"+l.Addr().String())
		cfg.Wait = 300 * time.Millisecond
	})
	_, err = c.Start(t.Context(), person(t), intent("film", 1))
	if files.CodeOf(err) != files.CodeUnavailable {
		t.Errorf("%v, want %s", err, files.CodeUnavailable)
	}
	if !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("it did not end by Wait, but by itself: %v", errors.Unwrap(err))
	}
}
