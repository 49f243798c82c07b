package server

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// TestIssuerByItsName: a slash too many, and no token would ever count.
func TestIssuerByItsName(t *testing.T) {
	var s *httptest.Server
	s = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/.well-known/openid-configuration" {
			http.NotFound(w, r)
			return
		}
		_, _ = fmt.Fprintf(w, `{"issuer": %q}`, s.URL)
	}))
	defer s.Close()
	for issuer, want := range map[string]string{
		s.URL:            "",
		s.URL + "/":      s.URL,
		s.URL + "/realm": "404",
	} {
		err := identity{issuer: issuer, client: s.Client()}.answers(t.Context())
		if want == "" && err != nil || want != "" && (err == nil || !strings.Contains(err.Error(), want)) {
			t.Errorf("%s: %v", issuer, err)
		}
	}
}

// An issuer that is away keeps a server from being ready until it has answered
// once, and not later.
func TestIssuerThatGoesAway(t *testing.T) {
	there := false
	var s *httptest.Server
	s = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		if !there {
			w.WriteHeader(http.StatusBadGateway)
			return
		}
		_, _ = fmt.Fprintf(w, `{"issuer": %q}`, s.URL)
	}))
	defer s.Close()
	check := identity{issuer: s.URL, client: s.Client()}.sinceStart()
	if err := check(t.Context()); err == nil {
		t.Error("ready without an issuer")
	}
	there = true
	if err := check(t.Context()); err != nil {
		t.Error(err)
	}
	there = false
	if err := check(t.Context()); err != nil {
		t.Errorf("not ready, with its keys here: %v", err)
	}
}
