package e2e

import (
	"bytes"
	"net/http"
	"net/url"
	"strings"
	"time"
)

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

// lives checks that what was signed between began and now is accepted for this
// long from then on. Signatures count in whole seconds.
func (p Presigned) lives(t T, began time.Time, life time.Duration) {
	t.Helper()
	if p.ExpiresAt.Before(began.Add(life-time.Second)) || p.ExpiresAt.After(time.Now().Add(life)) {
		t.Errorf("the URL was signed after %v and is accepted until %v, want %v", began, p.ExpiresAt, life)
	}
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
