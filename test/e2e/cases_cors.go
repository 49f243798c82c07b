package e2e

import (
	"net/http"
	"strings"
)

// corsOfStore: a page of a configured origin may send to signed URLs and read
// what it needs of the answer; a page of another origin may not.
func corsOfStore(t T, w *World) {
	key := w.Key("from-a-page.txt")
	p := w.Presign(t, Alice, key, "text/plain", 4, nil)
	own, foreign := w.Differences().Origin, w.Differences().Foreign
	preflight := func(origin string) Answer {
		return w.preflight(t, p.URL, origin, http.MethodPut, "content-type,x-amz-meta-bytepass,x-amz-checksum-sha256,if-none-match")
	}
	if a := preflight(own); a.Header.Get("Access-Control-Allow-Origin") != own || !lists(a.Header.Get("Access-Control-Allow-Methods"), "PUT") {
		t.Errorf("the preflight of %s: %d %v", own, a.Status, a.Header)
	}
	if a := preflight(foreign); a.Header.Get("Access-Control-Allow-Origin") != "" {
		t.Errorf("the preflight of %s: %d %v", foreign, a.Status, a.Header)
	}
	a := w.Put(t, p, []byte("page"), map[string]string{"Origin": own})
	if a.Status != http.StatusOK || a.Header.Get("Access-Control-Allow-Origin") != own {
		t.Errorf("PUT from a page: %d %v", a.Status, a.Header)
	}
	exposed := a.Header.Get("Access-Control-Expose-Headers")
	for _, name := range []string{"ETag", "Location", "x-amz-version-id", "x-amz-checksum-sha256"} {
		if !lists(exposed, name) {
			t.Errorf("%s is not exposed: %q", name, exposed)
		}
	}
}

// corsOfAPI: the same for the API, where Link has to be readable.
func corsOfAPI(t T, w *World) {
	own, foreign := w.Differences().Origin, w.Differences().Foreign
	for _, c := range []struct{ method, path string }{
		{"POST", "/api/presign"}, {"POST", "/api/upload-url"}, {"POST", "/api/files/a/presign"}, {"GET", "/api/files"}, {"DELETE", "/api/files"}, {"POST", "/api/restore"},
	} {
		a := w.preflight(t, w.URL()+c.path, own, c.method, "authorization,content-type")
		if a.Status/100 != 2 || a.Header.Get("Access-Control-Allow-Origin") != own ||
			!lists(a.Header.Get("Access-Control-Allow-Methods"), c.method) || !lists(a.Header.Get("Access-Control-Allow-Headers"), "authorization") {
			t.Errorf("the preflight of %s %s: %d %v", c.method, c.path, a.Status, a.Header)
		}
		if a := w.preflight(t, w.URL()+c.path, foreign, c.method, "authorization"); a.Header.Get("Access-Control-Allow-Origin") != "" {
			t.Errorf("the preflight of %s %s from elsewhere: %d %v", c.method, c.path, a.Status, a.Header)
		}
	}
	a := w.Call(t, Request{Method: "GET", Path: "/api/files", Owner: Alice, Header: http.Header{"Origin": {own}}}, nil)
	if a.Header.Get("Access-Control-Allow-Origin") != own || !lists(a.Header.Get("Access-Control-Expose-Headers"), "Link") {
		t.Errorf("a list for a page: %v", a.Header)
	}
}

func (w *World) preflight(t T, url, origin, method, headers string) Answer {
	t.Helper()
	req, err := http.NewRequestWithContext(w.ctx, http.MethodOptions, url, nil)
	if err != nil {
		t.Fatalf("the preflight: %v", err)
	}
	req.Header.Set("Origin", origin)
	req.Header.Set("Access-Control-Request-Method", method)
	req.Header.Set("Access-Control-Request-Headers", headers)
	return w.send(t, req)
}

// lists reports whether a comma-separated header names this, in any case, or all.
func lists(header, name string) bool {
	for _, item := range strings.Split(header, ",") {
		if item = strings.TrimSpace(item); item == "*" || strings.EqualFold(item, name) {
			return true
		}
	}
	return false
}
