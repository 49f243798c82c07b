package e2e

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"strings"
)

// Request is one request to the API.
type Request struct {
	Method string
	Path   string // as it goes over the wire, with the query, percent-encoded
	Owner  string // whose token to send; empty sends none
	Token  string // sent instead of the owner's
	Body   any    // a string goes as it is, everything else as JSON; nil sends none
	Header http.Header
	Host   string // sent instead of the deployment's
}

// Answer is what came back.
type Answer struct {
	Status int
	Header http.Header
	Body   []byte
}

// Problem is an RFC 9457 problem as the API answers it.
type Problem struct {
	Type, Title, Detail, Code, Field, Message string
	Status                                    int
}

// Do sends a request to the API and returns the answer, whatever its status.
func (w *World) Do(t T, r Request) Answer {
	t.Helper()
	var body io.Reader
	switch b := r.Body.(type) {
	case nil:
	case string:
		body = strings.NewReader(b)
	default:
		encoded, err := json.Marshal(b)
		if err != nil {
			t.Fatalf("%s %s: %v", r.Method, r.Path, err)
		}
		body = bytes.NewReader(encoded)
	}
	req, err := http.NewRequestWithContext(w.ctx, r.Method, w.URL(), body)
	if err != nil {
		t.Fatalf("%s %s: %v", r.Method, r.Path, err)
	}
	// The path has to arrive as it is written, also where Go would tidy it up.
	path, query, _ := strings.Cut(r.Path, "?")
	req.URL.Opaque, req.URL.RawQuery = path, query
	if r.Header != nil {
		req.Header = r.Header.Clone()
	}
	if r.Host != "" {
		req.Host = r.Host
	}
	if token := w.token(t, r); token != "" {
		req.Header.Set("Authorization", "Bearer "+token)
	}
	return w.send(t, req)
}

func (w *World) token(t T, r Request) string {
	t.Helper()
	if r.Owner == "" || r.Token != "" {
		return r.Token
	}
	token, err := w.Token(w.ctx, r.Owner)
	if err != nil {
		t.Fatalf("a token of %s: %v", r.Owner, err)
	}
	return token
}

func (w *World) send(t T, req *http.Request) Answer {
	t.Helper()
	client := *w.Client()
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	res, err := client.Do(req)
	if err != nil {
		t.Fatalf("%s: %v", req.Method, err)
	}
	defer res.Body.Close()
	content, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatalf("%s: reading the answer: %v", req.Method, err)
	}
	return Answer{Status: res.StatusCode, Header: res.Header, Body: content}
}

// Call sends a request that has to succeed and decodes the answer into out,
// unless that is nil.
func (w *World) Call(t T, r Request, out any) Answer {
	t.Helper()
	a := w.Do(t, r)
	if a.Status/100 != 2 {
		t.Fatalf("%s %s: %d %s", r.Method, r.Path, a.Status, a.Body)
	}
	if out != nil {
		a.decode(t, out)
	}
	return a
}

func (a Answer) decode(t T, out any) {
	t.Helper()
	if err := json.Unmarshal(a.Body, out); err != nil {
		t.Fatalf("the answer is not the JSON that was expected: %v: %s", err, a.Body)
	}
}

// Refused checks that the answer is a problem of this status and code, on this
// field; an empty code or field is not checked.
func (a Answer) Refused(t T, status int, code, field string) Problem {
	t.Helper()
	var p Problem
	if a.Status != status || json.Unmarshal(a.Body, &p) != nil || a.Header.Get("Content-Type") != "application/problem+json" {
		t.Errorf("got %d %s %s, want a problem with status %d", a.Status, a.Header.Get("Content-Type"), a.Body, status)
		return p
	}
	if p.Code == "" || p.Detail == "" || p.Status != status {
		t.Errorf("the problem lacks its code, detail or status: %s", a.Body)
	}
	if code != "" && p.Code != code || field != "" && p.Field != field {
		t.Errorf("got the code %q on field %q, want %q on %q: %s", p.Code, p.Field, code, field, a.Body)
	}
	return p
}
