package api

import (
	"context"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/bytepass/bytepass/runtime/files"
)

func TestUnknownRoutes(t *testing.T) {
	r := newRig(t, nil)
	for _, tc := range [][2]string{
		{"GET", "/"}, {"GET", "/api"}, {"GET", "/api/"}, {"GET", "/api/nothing"}, {"GET", "/s3/nothing"}, {"POST", "/index.html"},
		{"GET", "/api//files"}, {"GET", "/api/./files"}, {"GET", "/api/x/../files"}, {"GET", "//api/files"},
		{"GET", "/api/files/"}, {"GET", "/api/files/a.jpg"}, {"DELETE", "/api/files/a.jpg"}, {"POST", "/api/files/a.jpg"},
		{"POST", "/api/files/presign"}, {"POST", "/api/files/a/presign/"}, {"GET", "/api%2Ffiles"}, {"GET", "/docs/x"},
	} {
		got := r.do("alice", tc[0], tc[1], "")
		wantProblem(t, got, http.StatusNotFound, files.CodeNotFound, "")
		if got.Header.Get("Location") != "" {
			t.Errorf("%v is redirected", tc)
		}
	}
}

// A URL without a leading slash cannot come over the wire, but from a gateway.
func TestOddPaths(t *testing.T) {
	r := newRig(t, nil)
	for _, path := range []string{"", "api/files", "*"} {
		req := httptest.NewRequest(http.MethodGet, "/", nil)
		req.URL = &url.URL{Path: path}
		wantProblem(t, r.send("alice", req), http.StatusNotFound, files.CodeNotFound, "")
	}
}

func TestWrongMethods(t *testing.T) {
	r := newRig(t, nil)
	for _, tc := range []struct{ method, path, allow string }{
		{"PUT", "/api/files", "DELETE, GET, HEAD"},
		{"OPTIONS", "/api/files", "DELETE, GET, HEAD"},
		{"GET", "/api/presign", "POST"},
		{"GET", "/api/files/a/b/presign", "POST"},
		{"PATCH", "/api/restore", "POST"},
		{"POST", "/healthz", "GET, HEAD"},
		{"DELETE", "/docs", "GET, HEAD"},
		{"TRACE", "/openapi.json", "GET, HEAD"},
		{"BREW", "/api/file", "GET, HEAD"},
	} {
		got := r.do("alice", tc.method, tc.path, "")
		wantProblem(t, got, http.StatusMethodNotAllowed, files.CodeMethod, "")
		if got.Header.Get("Allow") != tc.allow {
			t.Errorf("%s %s: Allow is %q; want %q", tc.method, tc.path, got.Header.Get("Allow"), tc.allow)
		}
	}
}

func TestPublicRoutesAndOthers(t *testing.T) {
	r := newRig(t, func(c *Config) { c.Ready = []Check{} })
	for path, public := range map[string]bool{
		"/openapi.json": true, "/docs": true, "/healthz": true, "/readyz": true,
		"/api/files": false, "/api/folders": false, "/api/trash": false, "/api/rejected": false,
		"/api/file?key=a": false, "/api/versions?key=a": false,
	} {
		got := r.do("", http.MethodGet, path, "")
		if public {
			if got.StatusCode != http.StatusOK {
				t.Errorf("%s: %d", path, got.StatusCode)
			}
			continue
		}
		wantProblem(t, got, http.StatusUnauthorized, files.CodeUnauthenticated, "")
		if got.Header.Get("WWW-Authenticate") != "Bearer" {
			t.Errorf("%s: no challenge", path)
		}
	}
	for path, method := range map[string]string{"/api/presign": "POST", "/api/upload-url": "POST", "/api/files/a/presign": "POST", "/api/restore": "POST", "/api/files": "DELETE"} {
		// Before anything is read, so that a body tells a stranger nothing.
		wantProblem(t, r.do("", method, path, "{"), http.StatusUnauthorized, files.CodeUnauthenticated, "")
	}
}

func TestScopes(t *testing.T) {
	r := newRig(t, func(c *Config) { c.RequireScopes, c.ScopePrefix = true, "files-api/" })
	const body = `{"key":"a","mimeType":"a/b","size":1}`
	for _, tc := range []struct {
		as, method, path, body string
		allowed                bool
	}{
		{"reader", "GET", "/api/files", "", true},
		{"reader", "POST", "/api/presign", body, false},
		{"reader", "DELETE", "/api/files", `{"key":"a"}`, false},
		{"reader", "POST", "/api/restore", `{"key":"a"}`, false},
		{"writer", "POST", "/api/presign", body, true},
		{"writer", "GET", "/api/files", "", false},
		{"writer", "GET", "/api/versions?key=a", "", false},
		{"bob", "GET", "/api/files", "", false},
		{"alice", "GET", "/api/files", "", true},
	} {
		got := r.do(tc.as, tc.method, tc.path, tc.body)
		if tc.allowed && got.StatusCode != http.StatusOK {
			t.Errorf("%+v: %d %s", tc, got.StatusCode, got.body)
		}
		if !tc.allowed {
			wantProblem(t, got, http.StatusForbidden, files.CodeForbidden, "")
			if !strings.Contains(string(got.body), " files-api/files:") {
				t.Errorf("%+v: the scope is not named as the issuer knows it: %s", tc, got.body)
			}
		}
	}
}

func TestConsole(t *testing.T) {
	r := newRig(t, func(c *Config) {
		c.Console = fstest.MapFS{"index.html": {Data: []byte("<!doctype html>")}, "js/app.js": {Data: []byte("1")}}
		c.ContentOrigins = []string{"http://127.0.0.1:9000"}
	})
	for path, kind := range map[string]string{"/": "text/html; charset=utf-8", "/js/app.js": "text/javascript; charset=utf-8"} {
		got := r.do("", http.MethodGet, path, "")
		if got.StatusCode != http.StatusOK || got.Header.Get("Content-Type") != kind || got.Header.Get("X-Content-Type-Options") != "nosniff" {
			t.Errorf("%s: %d %v", path, got.StatusCode, got.Header)
		}
		wantCSP := "default-src 'none'; script-src 'self'; worker-src 'self'; style-src 'self'; font-src 'self'; " +
			"connect-src 'self' http://127.0.0.1:9000; img-src 'self' blob: http://127.0.0.1:9000; media-src 'self' blob: http://127.0.0.1:9000; " +
			"base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
		if csp := got.Header.Get("Content-Security-Policy"); csp != wantCSP {
			t.Errorf("%s: the policy is %s", path, csp)
		}
	}
	for _, path := range []string{"/js", "/js/", "/missing.html", "/../index.html", "//", "/api/index.html", "/js%2Fapp.js%00"} {
		if got := r.do("", http.MethodGet, path, ""); got.StatusCode != http.StatusNotFound {
			t.Errorf("%s: %d", path, got.StatusCode)
		}
	}
	wantProblem(t, r.do("", http.MethodPost, "/index.html", ""), http.StatusMethodNotAllowed, files.CodeMethod, "")
	if got := r.do("", http.MethodHead, "/", ""); got.StatusCode != http.StatusOK {
		t.Errorf("HEAD /: %d", got.StatusCode)
	}
	if got := r.do("", http.MethodGet, "/config.json", ""); got.StatusCode != http.StatusOK || string(got.body) != "{}" {
		t.Errorf("without a login /config.json is %d %s", got.StatusCode, got.body)
	}
}

// TestConsoleLogin: the page is told where people sign in, and may talk to the
// issuer as well, and to nobody else.
func TestConsoleLogin(t *testing.T) {
	r := newRig(t, func(c *Config) {
		c.Console = fstest.MapFS{"index.html": {Data: []byte("<!doctype html>")}}
		c.ContentOrigins = []string{"http://127.0.0.1:9000"}
		c.Login = &Login{
			Issuer: "https://login.example/realm", ClientID: "console", Audience: "files", Scopes: []string{"openid", "files:read"},
			Origins: func(context.Context) []string { return []string{"https://login.example", "https://token.example"} },
		}
	})
	got := r.do("", http.MethodGet, "/config.json", "")
	want := `{"login":{"issuer":"https://login.example/realm","clientId":"console","audience":"files","scopes":["openid","files:read"]}}`
	if got.StatusCode != http.StatusOK || string(got.body) != want || got.Header.Get("Content-Type") != "application/json" {
		t.Errorf("/config.json is %d %s %v", got.StatusCode, got.body, got.Header)
	}
	csp := r.do("", http.MethodGet, "/", "").Header.Get("Content-Security-Policy")
	if !strings.Contains(csp, "; connect-src 'self' http://127.0.0.1:9000 https://login.example https://token.example; ") || strings.Contains(csp, "frame-src") {
		t.Errorf("the policy is %s", csp)
	}
	if strings.Count(csp, "login.example") != 1 {
		t.Errorf("the issuer is allowed more than connections: %s", csp)
	}
}
