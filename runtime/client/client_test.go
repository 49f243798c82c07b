package client

import (
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// quick is a Retry for tests.
var quick = Retry{Patience: 5 * time.Second, First: time.Millisecond, Longest: 2 * time.Millisecond}

// serve returns a client of a handler.
func serve(t *testing.T, change func(*Config), handle http.HandlerFunc) *Client {
	t.Helper()
	s := httptest.NewServer(handle)
	t.Cleanup(s.Close)
	cfg := Config{BaseURL: s.URL, Retry: quick}
	if change != nil {
		change(&cfg)
	}
	c, err := New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestBaseURL(t *testing.T) {
	for _, bad := range []string{"", "files.example.com", "ftp://x", "http://", "http://u:p@x", "http://x/?q", "http://x/#f", "http://%zz"} {
		if _, err := New(Config{BaseURL: bad}); err == nil {
			t.Errorf("%q was taken", bad)
		}
	}
}

func TestRequests(t *testing.T) {
	var got []string
	c := serve(t, func(cfg *Config) {
		cfg.BaseURL += "/base/" // behind a path, as a gateway's stage is
		cfg.Space = "g/red & blue"
		cfg.Token = StaticToken("secret")
	}, func(w http.ResponseWriter, r *http.Request) {
		got = append(got, r.Method+" "+r.URL.EscapedPath()+"?"+r.URL.RawQuery+" "+r.Header.Get("Authorization"))
		fmt.Fprint(w, `{}`)
	})
	ctx := t.Context()
	if _, err := c.File(ctx, "a/ü ?#%", "v1"); err != nil {
		t.Fatal(err)
	}
	if _, err := c.SignParts(ctx, "k", "i/d ?", nil); err != nil {
		t.Fatal(err)
	}
	want := []string{
		"GET /base/api/file?key=a%2F%C3%BC+%3F%23%25&space=g%2Fred+%26+blue&versionId=v1 Bearer secret",
		"POST /base/api/uploads/i%2Fd%20%3F/parts?space=g%2Fred+%26+blue Bearer secret",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

func TestPages(t *testing.T) {
	c := serve(t, nil, func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Query().Get("cursor") {
		case "":
			w.Header().Set("Link", `</api/files?cursor=two&prefix=a%2F>; rel="next"`)
			fmt.Fprint(w, `[{"key":"a/1"},{"key":"a/2"}]`)
		case "two":
			fmt.Fprint(w, `[{"key":"a/3"}]`)
		}
		if r.URL.Query().Get("prefix") != "a/" {
			t.Errorf("asked for %s", r.URL)
		}
	})
	var keys []string
	for f, err := range c.Files(t.Context(), Stored, "a/") {
		if err != nil {
			t.Fatal(err)
		}
		keys = append(keys, f.Key)
	}
	if !slices.Equal(keys, []string{"a/1", "a/2", "a/3"}) {
		t.Errorf("listed %q", keys)
	}
}

func TestProblems(t *testing.T) {
	for name, tc := range map[string]struct {
		status     int
		body       string
		code, says string
		calls      int32
	}{
		"a refusal":        {400, `{"code":"invalid-key","field":"key","detail":"it is empty"}`, "invalid-key", "it is empty", 1},
		"not found":        {404, `{"code":"not-found","field":"key","detail":"no such file"}`, CodeNotFound, "no such file", 1},
		"a gateway's 401":  {401, `{"message":"Unauthorized"}`, CodeUnauthenticated, "--token-file", 1},
		"no token":         {401, `{"code":"unauthenticated","detail":"send the header"}`, CodeUnauthenticated, "BYTEPASS_TOKEN", 1},
		"a gateway's 403":  {403, `{"message":"Forbidden"}`, CodeForbidden, "token", 1},
		"a store's 403":    {403, `<Error><Code>AccessDenied</Code></Error>`, "", "is not the address of a Bytepass API", 1},
		"a wrong path":     {404, `{"code":"not-found","detail":"there is no such page"}`, "", "is --url right?", 1},
		"another API":      {404, `{"detail":"Not Found"}`, "", "is not the address of a Bytepass API", 1},
		"a gateway's 404":  {404, `{"message":"Not Found"}`, "", "is not the address of a Bytepass API", 1},
		"for the moment":   {503, `{"code":"unavailable","detail":"later"}`, "", "", 3},
		"too many":         {429, ``, "", "", 3},
		"a gateway's 502":  {502, `<html>`, "", "", 3},
		"a body too late":  {408, ``, "", "", 3},
		"not implemented":  {501, `<html>`, "", "501", 1},
		"no room":          {507, `{"code":"store-full","detail":"full"}`, CodeStoreFull, "full", 1},
		"an answer in 200": {200, `<html>`, "", "is not the address of a Bytepass API", 1},
	} {
		t.Run(name, func(t *testing.T) {
			var calls atomic.Int32
			c := serve(t, nil, func(w http.ResponseWriter, r *http.Request) {
				if n := calls.Add(1); n == 3 {
					fmt.Fprint(w, `{"key":"k"}`)
					return
				}
				w.WriteHeader(tc.status)
				fmt.Fprint(w, tc.body)
			})
			_, err := c.File(t.Context(), "k", "")
			if calls.Load() != tc.calls || CodeOf(err) != tc.code || (err == nil) != (tc.says == "") || err != nil && !strings.Contains(err.Error(), tc.says) {
				t.Errorf("%d calls, %v", calls.Load(), err)
			}
		})
	}
}

// TestARefusedToken: of a token that was sent the service's word is told.
func TestARefusedToken(t *testing.T) {
	c := serve(t, func(cfg *Config) { cfg.Token = StaticToken("old") }, func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusUnauthorized)
		fmt.Fprint(w, `{"code":"unauthenticated","detail":"the token has expired"}`)
	})
	if _, err := c.File(t.Context(), "k", ""); CodeOf(err) != CodeUnauthenticated || err.Error() != "the token has expired" {
		t.Errorf("%v", err)
	}
}

func TestABrokenConnectionIsTriedAgain(t *testing.T) {
	var calls atomic.Int32
	c := serve(t, nil, func(w http.ResponseWriter, r *http.Request) {
		if calls.Add(1) == 1 {
			panic(http.ErrAbortHandler)
		}
		fmt.Fprint(w, `{"key":"k"}`)
	})
	if f, err := c.File(t.Context(), "k", ""); err != nil || f.Key != "k" {
		t.Errorf("%+v, %v", f, err)
	}
}

// TestNobodyThere ends soon, however patient the client is for others, and tells no more
// than the address.
func TestNobodyThere(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := l.Addr().String()
	l.Close()
	c, err := New(Config{BaseURL: "http://" + address, Retry: Retry{Patience: time.Hour}})
	if err != nil {
		t.Fatal(err)
	}
	start := time.Now()
	_, err = c.File(t.Context(), "private-key", "")
	if err == nil || time.Since(start) > time.Minute || !strings.Contains(err.Error(), address) || strings.Contains(err.Error(), "private") {
		t.Errorf("after %v: %v", time.Since(start), err)
	}
}

func TestTokens(t *testing.T) {
	path := filepath.Join(t.TempDir(), "token")
	source := TokenFile(path)
	if _, err := source(t.Context()); err == nil {
		t.Error("a file that is not there holds a token")
	}
	for _, content := range []string{"one", " two\n"} {
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		if got, err := source(t.Context()); err != nil || got != strings.TrimSpace(content) {
			t.Errorf("%q is %q, %v", content, got, err)
		}
	}
	for _, content := range []string{"", "\n", "one\ntwo", "Bearer one", "on\x00e", "ton\u00e9"} {
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		if got, err := source(t.Context()); err == nil || !strings.Contains(err.Error(), path) {
			t.Errorf("%q is %q, %v", content, got, err)
		}
	}
}

// TestBadToken: a token that no header can carry is said to be one, at once, and
// is not told.
func TestBadToken(t *testing.T) {
	c, err := New(Config{BaseURL: "http://127.0.0.1:1", Token: StaticToken("secret\nX-Other: 1")})
	if err != nil {
		t.Fatal(err)
	}
	_, err = c.File(t.Context(), "k", "")
	if err == nil || errors.Is(err, ErrUnreachable) || !strings.Contains(err.Error(), "U+000A") || strings.Contains(err.Error(), "secret") {
		t.Errorf("it says %v", err)
	}
}
