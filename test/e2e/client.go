package e2e

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"
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

// Record is a file as the API describes it.
type Record struct {
	ID, Key, Bucket, MimeType, ETag, VersionID, Name string
	ChecksumSHA256, Status, Reason, UserID, URL      string
	Size                                             int64
	Metadata                                         map[string]string
	UploadedAt                                       time.Time
}

// Presigned is an answer that signs a request to the store.
type Presigned struct {
	URL, Key, Method string
	Headers          map[string]string
	ContentLength    *int64
	ExpiresAt        time.Time
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

// Presign asks for a presigned PUT by POST /api/presign; options are more
// fields of the body.
func (w *World) Presign(t T, owner, key, mimeType string, size int, options map[string]any) Presigned {
	t.Helper()
	body := map[string]any{"key": key, "mimeType": mimeType, "size": size}
	for name, value := range options {
		body[name] = value
	}
	var p Presigned
	w.Call(t, Request{Method: "POST", Path: "/api/presign", Owner: owner, Body: body}, &p)
	return p
}

// Put sends body to a presigned URL with the headers that its answer names,
// then with those of change, where an empty value removes one.
func (w *World) Put(t T, p Presigned, body []byte, change map[string]string) Answer {
	t.Helper()
	req, err := http.NewRequestWithContext(w.ctx, http.MethodPut, p.URL, bytes.NewReader(body))
	if err != nil {
		t.Fatalf("the signed URL: %v", err)
	}
	for name, value := range p.Headers {
		req.Header.Set(name, value)
	}
	for name, value := range change {
		if value == "" {
			req.Header.Del(name)
		} else {
			req.Header.Set(name, value)
		}
	}
	return w.send(t, req)
}

// Upload signs and sends a file.
func (w *World) Upload(t T, owner, key, mimeType string, body []byte) Presigned {
	t.Helper()
	p := w.Presign(t, owner, key, mimeType, len(body), nil)
	if a := w.Put(t, p, body, nil); a.Status != http.StatusOK {
		t.Fatalf("PUT of %q: %d %s", key, a.Status, a.Body)
	}
	return p
}

// List returns one page of owner's files and the path of the next, if any.
func (w *World) List(t T, owner, path string) (page []Record, next string) {
	t.Helper()
	a := w.Call(t, Request{Method: "GET", Path: path, Owner: owner}, &page)
	return page, a.next(t)
}

// next returns the path and query of the Link header's next page (RFC 8288).
func (a Answer) next(t T) string {
	t.Helper()
	link := a.Header.Get("Link")
	if link == "" {
		return ""
	}
	target, params, ok := strings.Cut(link, ">")
	if !ok || !strings.HasPrefix(target, "<") || !strings.Contains(params, `rel="next"`) {
		t.Fatalf("the Link header is %q", link)
	}
	u, err := url.Parse(target[1:])
	if err != nil {
		t.Fatalf("the Link header is %q: %v", link, err)
	}
	return u.RequestURI()
}

// Listed returns all of owner's files below a prefix, in the list's order.
func (w *World) Listed(t T, owner, prefix string) []Record {
	t.Helper()
	return w.pages(t, owner, "/api/files?prefix="+url.QueryEscape(prefix))
}

// pages returns the entries of all pages from this path on.
func (w *World) pages(t T, owner, path string) []Record {
	t.Helper()
	var all []Record
	for path != "" {
		page, next := w.List(t, owner, path)
		all, path = append(all, page...), next
	}
	return all
}

// File returns the record of one of owner's files.
func (w *World) File(t T, owner, key string) Record {
	t.Helper()
	var r Record
	w.Call(t, Request{Method: "GET", Path: "/api/file?key=" + url.QueryEscape(key), Owner: owner}, &r)
	return r
}

// Download reads what a download URL gives.
func (w *World) Download(t T, signed string) Answer {
	t.Helper()
	req, err := http.NewRequestWithContext(w.ctx, http.MethodGet, signed, nil)
	if err != nil {
		t.Fatalf("the download URL: %v", err)
	}
	return w.send(t, req)
}

// Delete deletes one of owner's files.
func (w *World) Delete(t T, owner, key string) {
	t.Helper()
	var out struct{ Success bool }
	w.Call(t, Request{Method: "DELETE", Path: "/api/files", Owner: owner, Body: map[string]string{"key": key}}, &out)
	if !out.Success {
		t.Errorf("the deletion of %q does not say success", key)
	}
}

// arrival is how long the catalog may take to follow the bucket.
const arrival = 2 * time.Second

// Eventually asks again and again until check returns nil, at most until the
// catalog has to have followed, and returns how long it took.
func (w *World) Eventually(t T, what string, check func() error) time.Duration {
	t.Helper()
	start := time.Now()
	for {
		err := check()
		took := time.Since(start)
		if err == nil {
			return took
		}
		if took > arrival {
			t.Fatalf("%s: not within %v: %v", what, arrival, err)
		}
		time.Sleep(20 * time.Millisecond)
	}
}

// Arrives waits until exactly these keys are below the case's folder.
func (w *World) Arrives(t T, owner string, keys ...string) time.Duration {
	t.Helper()
	return w.Eventually(t, "the list of "+w.folder, func() error {
		var got []string
		for _, r := range w.Listed(t, owner, w.folder) {
			got = append(got, r.Key)
		}
		return sameKeys(got, keys)
	})
}

// sameKeys compares the keys of a list, in byte order, with those wanted, in any.
func sameKeys(got, want []string) error {
	want = sorted(want)
	if len(got) != len(want) {
		return fmt.Errorf("%d keys: %q, want %d: %q", len(got), got, len(want), want)
	}
	for i := range got {
		if got[i] != want[i] {
			return fmt.Errorf("%q is listed where %q is to be", got[i], want[i])
		}
	}
	return nil
}
