package api

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/bytepass/bytepass/runtime/files"
)

func TestHeadersOfEveryAnswer(t *testing.T) {
	r := newRig(t, nil)
	for _, path := range []string{"/api/files", "/api/presign", "/nothing", "/healthz", "/api/file"} {
		got := r.do("alice", http.MethodGet, path, "")
		for name, want := range map[string]string{"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer"} {
			if got.Header.Get(name) != want {
				t.Errorf("%s: %s is %q", path, name, got.Header.Get(name))
			}
		}
		if got.Header.Get("X-Request-Id") == "" {
			t.Errorf("%s has no id", path)
		}
	}
}

func TestRequestIDs(t *testing.T) {
	r := newRig(t, nil)
	for _, id := range []string{"abc-123", "Root=1-67a-b/c:d+e.f", strings.Repeat("x", 64)} {
		if got := r.do("", http.MethodGet, "/healthz", "", "X-Request-Id", id).Header.Get("X-Request-Id"); got != id {
			t.Errorf("%q became %q", id, got)
		}
	}
	for _, id := range []string{"", "a b", "a\"b", "a\x00", "é", strings.Repeat("x", 65)} {
		if got := r.do("", http.MethodGet, "/healthz", "", "X-Request-Id", id).Header.Get("X-Request-Id"); got == id || len(got) < 16 {
			t.Errorf("%q became %q", id, got)
		}
	}
}

// What is not about files has a line too, and nothing in it that opens doors.
func TestLog(t *testing.T) {
	r := newRig(t, nil)
	r.do("", http.MethodGet, "/healthz", "", "X-Request-Id", "id-1")
	r.do("alice", http.MethodGet, "/secret-token", "")
	r.do("", http.MethodOptions, "/u/secret-token/s3/params", "")
	const first = `"msg":"request","method":"GET","route":"GET /healthz","status":200,"ms":0,"request_id":"id-1"}`
	if log := r.log.String(); !strings.Contains(log, first) || strings.Count(log, "\n") != 3 || strings.Contains(log, "secret-token") {
		t.Errorf("the log is %s", log)
	}
}

// panicking is a catalog that does.
type panicking struct{ Catalog }

func TestPanics(t *testing.T) {
	r := newRig(t, func(c *Config) { c.Catalog = panicking{} })
	w := httptest.NewRecorder()
	req := httptest.NewRequest(http.MethodGet, "/api/files", nil)
	req.Header.Set("Authorization", "Bearer alice")
	r.ServeHTTP(w, req)
	wantProblem(t, answer{w.Result(), w.Body.Bytes()}, http.StatusInternalServerError, files.CodeInternal, "")
	if log := r.log.String(); !strings.Contains(log, `"msg":"panic"`) || !strings.Contains(log, "front_test.go") && !strings.Contains(log, "list.go") {
		t.Errorf("the log does not say where: %s", log)
	}
	if got := r.do("", http.MethodGet, "/healthz", ""); got.StatusCode != http.StatusOK {
		t.Errorf("afterwards it answers %d", got.StatusCode)
	}
}

func TestCORS(t *testing.T) {
	r := newRig(t, func(c *Config) { c.Origins = []string{"https://app.example"} })
	preflight := func(origin string) answer {
		return r.do("", http.MethodOptions, "/api/presign", "", "Origin", origin, "Access-Control-Request-Method", "POST", "Access-Control-Request-Headers", "authorization,content-type")
	}
	got := preflight("https://app.example")
	h := got.Header
	if got.StatusCode != http.StatusNoContent || h.Get("Access-Control-Allow-Origin") != "https://app.example" ||
		!strings.Contains(h.Get("Access-Control-Allow-Methods"), "DELETE") || !strings.Contains(h.Get("Access-Control-Allow-Headers"), "Authorization") {
		t.Errorf("the preflight: %d %v", got.StatusCode, h)
	}
	for _, origin := range []string{"https://evil.example", "null", "https://app.example.evil", "http://app.example"} {
		got := preflight(origin)
		wantProblem(t, got, http.StatusForbidden, files.CodeForbidden, "")
		if got.Header.Get("Access-Control-Allow-Origin") != "" {
			t.Errorf("%s is let in", origin)
		}
	}
	for origin, want := range map[string]string{"https://app.example": "https://app.example", "https://evil.example": "", "": ""} {
		got := r.do("alice", http.MethodGet, "/api/files", "", "Origin", origin)
		h := got.Header
		if h.Get("Access-Control-Allow-Origin") != want || !slices.Contains(h.Values("Vary"), "Origin") || h.Get("Access-Control-Allow-Credentials") != "" {
			t.Errorf("%q: %v", origin, h)
		}
		if exposed := h.Get("Access-Control-Expose-Headers"); want != "" && (!strings.Contains(exposed, "Link") || !strings.Contains(exposed, "ETag")) {
			t.Errorf("exposed: %s", exposed)
		}
	}
	// A problem can be read by the page too.
	if got := r.do("", http.MethodGet, "/api/files", "", "Origin", "https://app.example"); got.Header.Get("Access-Control-Allow-Origin") == "" {
		t.Error("a page cannot read why it was refused")
	}
	if got := newRig(t, nil).do("alice", http.MethodGet, "/api/files", "", "Origin", "https://app.example"); got.Header.Get("Access-Control-Allow-Origin") != "" {
		t.Error("without origins somebody is let in")
	}
}

func TestReady(t *testing.T) {
	works := func(context.Context) error { return nil }
	fails := func(context.Context) error { return errors.New("dial tcp: password=secret") }
	for name, tc := range map[string]struct {
		checks []Check
		failed string
	}{
		"all work":  {[]Check{{"catalog", works}, {"store", works}}, ""},
		"one fails": {[]Check{{"catalog", works}, {"store", fails}}, "store"},
		"all fail":  {[]Check{{"catalog", fails}, {"store", fails}}, "catalog, store"},
		"no checks": {[]Check{}, ""},
	} {
		r := newRig(t, func(c *Config) { c.Ready = tc.checks })
		got := r.do("", http.MethodGet, "/readyz", "")
		if tc.failed == "" {
			if h := into[Health](t, got); h.Status != "ok" {
				t.Errorf("%s: %+v", name, h)
			}
			continue
		}
		p := wantProblem(t, got, http.StatusServiceUnavailable, files.CodeUnavailable, "")
		if p.Detail != "not ready: "+tc.failed {
			t.Errorf("%s: %s", name, p.Detail)
		}
		if h := into[Health](t, r.do("", http.MethodGet, "/healthz", "")); h.Status != "ok" {
			t.Errorf("%s: not even alive", name)
		}
	}
	wantProblem(t, newRig(t, nil).do("", http.MethodGet, "/readyz", ""), http.StatusNotFound, files.CodeNotServed, "")
}

func TestNewNamesWhatIsMissing(t *testing.T) {
	whole := Config{Auth: everybody, Limits: files.Limits{MaxSize: 1, UploadURL: time.Second, Put: time.Second, Get: time.Second}, Log: slog.New(slog.DiscardHandler), Now: time.Now}
	if _, err := New(whole); err != nil {
		t.Fatal(err)
	}
	for field, change := range map[string]func(*Config){
		"Auth":   func(c *Config) { c.Auth = nil },
		"Log":    func(c *Config) { c.Log = nil },
		"Now":    func(c *Config) { c.Now = nil },
		"Limits": func(c *Config) { c.Limits.Get = 0 },
	} {
		cfg := whole
		change(&cfg)
		if _, err := New(cfg); err == nil || !strings.Contains(err.Error(), field) {
			t.Errorf("without %s: %v", field, err)
		}
	}
}

// Whoever counts is told the pattern of a route, never a path.
func TestServed(t *testing.T) {
	var told []string
	r := newRig(t, func(c *Config) {
		c.Served = func(method, pattern string, status int, _ time.Duration) {
			told = append(told, fmt.Sprint(method, "|", pattern, "|", status))
		}
	})
	r.do("alice", http.MethodGet, "/api/files?prefix=x", "")
	r.do("", http.MethodGet, "/api/file?key=x", "")
	r.do("alice", http.MethodPost, "/api/files/a/b/presign", `{"mimeType":"a/b","size":1}`)
	r.do("", http.MethodGet, "/nothing", "")
	want := []string{"GET|GET /api/files|200", "GET|GET /api/file|401", "POST|POST /api/files/{key}/presign|200", "GET||404"}
	if !slices.Equal(told, want) {
		t.Errorf("told %q, want %q", told, want)
	}
}
