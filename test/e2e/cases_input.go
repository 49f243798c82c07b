package e2e

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
)

// badBodies: whatever the body is, the answer is a problem that names what is
// wrong, and never a 5xx.
func badBodies(t T, w *World) {
	huge := `{"key":"k","mimeType":"text/plain","size":1,"metadata":{"a":"` + strings.Repeat("x", 2<<20) + `"}}`
	deep := strings.Repeat(`[`, 50_000)
	routes := map[string]Request{
		"presign":      {Method: "POST", Path: "/api/presign"},
		"presign path": {Method: "POST", Path: "/api/files/k/presign"},
		"upload-url":   {Method: "POST", Path: "/api/upload-url"},
		"restore":      {Method: "POST", Path: "/api/restore"},
	}
	for name, r := range routes {
		r.Owner = Alice
		for what, body := range map[string]string{
			"nothing": "", "not JSON": "key=k", "half of it": `{"key":"k"`, "two": `{}{}`, "an array": `[]`, "a number": `7`, "null": `null`, "text": `"k"`,
			"not UTF-8": "{\"key\":\"\xff\"}", "deep": deep,
			"unknown field": `{"key":"k","mimeType":"text/plain","size":1,"filename":"k","fileType":"text/plain","owner":"bob"}`,
			"key a number":  `{"key":1,"mimeType":"text/plain","size":1,"filename":1,"fileType":"text/plain"}`,
		} {
			r.Body = body
			if name == "presign path" && what == "key a number" {
				continue // its key is in the path; there the field is just unknown
			}
			a := w.Do(t, r)
			if a.Status != http.StatusBadRequest {
				t.Errorf("%s with %s: %d %s", name, what, a.Status, a.Body)
				continue
			}
			a.Refused(t, http.StatusBadRequest, "", "")
		}
		r.Body = huge
		if a := w.Do(t, r); a.Status != http.StatusRequestEntityTooLarge && a.Status != http.StatusBadRequest {
			t.Errorf("%s with a huge body: %d %.200s", name, a.Status, a.Body)
		}
	}
	// The type of the body's header does not matter: published clients send
	// none, or a form's.
	for _, kind := range []string{"", "text/plain", "application/x-www-form-urlencoded", "application/json; charset=utf-8", "multipart/form-data"} {
		header := http.Header{"Content-Type": {kind}}
		w.Call(t, Request{Method: "POST", Path: "/api/presign", Owner: Alice, Header: header,
			Body: map[string]any{"key": w.Key("k"), "mimeType": "text/plain", "size": 0}}, nil)
	}
}

// badQueries: the same for the routes that read.
func badQueries(t T, w *World) {
	for _, c := range []struct{ path, code, field string }{
		{"/api/files?limit=0", "invalid-limit", "limit"},
		{"/api/files?limit=-1", "invalid-limit", "limit"},
		{"/api/files?limit=1001", "invalid-limit", "limit"},
		{"/api/files?limit=ten", "", "limit"},
		{"/api/files?limit=1e2", "", "limit"},
		{"/api/files?limit=99999999999999999999", "", "limit"},
		{"/api/files?cursor=%21%21", "invalid-cursor", "cursor"},
		{"/api/files?cursor=" + strings.Repeat("A", 4000), "invalid-cursor", "cursor"},
		{"/api/files?cursor=AAAA", "invalid-cursor", "cursor"},
		{"/api/files?prefix=%00", "", "prefix"},
		{"/api/files?prefix=%FF", "", "prefix"},
		{"/api/folders?limit=0", "invalid-limit", "limit"},
		{"/api/folders?cursor=%21", "invalid-cursor", "cursor"},
		{"/api/trash?limit=x", "", "limit"},
		{"/api/rejected?cursor=%21", "invalid-cursor", "cursor"},
		{"/api/file", "", "key"},
		{"/api/file?key=", "", "key"},
		{"/api/file?key=a&disposition=execute", "", "disposition"},
		{"/api/versions", "", "key"},
		{"/api/versions?key=%FF", "", "key"},
	} {
		a := w.Do(t, Request{Method: "GET", Path: c.path, Owner: Alice})
		if a.Status != http.StatusBadRequest {
			t.Errorf("%.80s: %d %s", c.path, a.Status, a.Body)
			continue
		}
		a.Refused(t, http.StatusBadRequest, c.code, c.field)
	}
	for _, body := range []string{"{", `{"key":7}`, `[]`} {
		if a := w.Do(t, Request{Method: "DELETE", Path: "/api/files", Owner: Alice, Body: body}); a.Status != http.StatusBadRequest {
			t.Errorf("DELETE with %s: %d %s", body, a.Status, a.Body)
		}
	}
	for _, r := range []Request{
		{Method: "GET", Path: "/api/nothing"}, {Method: "PATCH", Path: "/api/files"}, {Method: "PUT", Path: "/api/presign"},
		{Method: "GET", Path: "/api/files/x/presign"}, {Method: "POST", Path: "/api/files/x/other"}, {Method: "POST", Path: "/api/files/presign"},
	} {
		r.Owner = Alice
		if a := w.Do(t, r); a.Status/100 != 4 {
			t.Errorf("%s %s: %d %s", r.Method, r.Path, a.Status, a.Body)
		}
	}
}

// badTokens: each is refused on every kind of route, with nothing of the file.
func badTokens(t T, w *World) {
	key := w.Key("private.txt")
	w.Upload(t, Alice, key, "text/plain", []byte("private"))
	w.Arrives(t, Alice, key)
	bad, err := w.BadTokens(w.ctx)
	if err != nil {
		t.Fatalf("making bad tokens: %v", err)
	}
	for what, token := range bad {
		for _, r := range []Request{
			{Method: "GET", Path: "/api/files"},
			{Method: "GET", Path: "/api/file?key=" + key},
			{Method: "DELETE", Path: "/api/files?key=" + key},
			{Method: "POST", Path: "/api/presign", Body: map[string]any{"key": key, "mimeType": "text/plain", "size": 1}},
		} {
			r.Token = token
			a := w.Do(t, r)
			if a.Status != http.StatusUnauthorized && a.Status != http.StatusForbidden && a.Status != http.StatusRequestHeaderFieldsTooLarge {
				t.Errorf("a token that is %s: %s %s: %d %s", what, r.Method, r.Path, a.Status, a.Body)
				continue
			}
			if w.Differences().OwnRefusals && a.Status != http.StatusRequestHeaderFieldsTooLarge {
				a.Refused(t, a.Status, "", "")
			}
		}
	}
	if err := w.known(t, Alice, key); err != nil {
		t.Errorf("after all that: %v", err)
	}
}

// publicRoutes: exactly these answer without a token; every other route of the
// contract asks for one. The forwarded request keeps a development identity out.
func publicRoutes(t T, w *World) {
	var contract struct {
		OpenAPI string
		Paths   map[string]map[string]any
	}
	w.Call(t, Request{Method: "GET", Path: "/openapi.json"}, &contract)
	if !strings.HasPrefix(contract.OpenAPI, "3.1") {
		t.Errorf("the contract is OpenAPI %q", contract.OpenAPI)
	}
	public := map[string]bool{"/openapi.json": true, "/docs": true, "/healthz": true, "/readyz": true}
	if a := w.Do(t, Request{Method: "GET", Path: "/readyz"}); (a.Status == http.StatusOK) != w.Differences().Console {
		t.Errorf("/readyz: %d %s", a.Status, a.Body)
	}
	for _, path := range []string{"/openapi.json", "/docs", "/healthz"} {
		w.Call(t, Request{Method: "GET", Path: path}, nil)
	}
	private := 0
	for path, methods := range contract.Paths {
		for method := range methods {
			if public[path] || !isMethod(method) {
				continue
			}
			private++
			refused := []int{http.StatusUnauthorized, http.StatusForbidden}
			concrete := strings.NewReplacer("{key}", "k", "{proxy}", "k/presign", "{uploadId}", "u").Replace(path)
			a := w.Do(t, Request{
				Method: strings.ToUpper(method), Path: concrete + "?key=k", Body: "{}",
				Header: http.Header{"X-Forwarded-For": {"203.0.113.9"}},
			})
			if !slices.Contains(refused, a.Status) {
				t.Errorf("%s %s without a token: %d %s, want %v", method, concrete, a.Status, a.Body, refused)
			}
		}
	}
	if private < 10 {
		t.Errorf("the contract names only %d routes that need a token: %v", private, fmt.Sprint(contract.Paths))
	}
}

func isMethod(name string) bool {
	switch name {
	case "get", "put", "post", "delete", "patch", "head":
		return true
	}
	return false
}
