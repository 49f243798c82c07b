package e2e

import (
	"net/http"
	"net/url"
	"strings"
)

// isolation: another owner sees and changes nothing, whatever he sends.
func isolation(t T, w *World) {
	secret := w.Key("secret.txt")
	w.Upload(t, Alice, secret, "text/plain", []byte("of alice"))
	w.Upload(t, Alice, w.Key("second.txt"), "text/plain", []byte("of alice too"))
	w.Arrives(t, Alice, secret, w.Key("second.txt"))
	_, next := w.List(t, Alice, "/api/files?limit=1&prefix="+w.Folder())
	version := w.File(t, Alice, secret).VersionID

	for _, key := range []string{secret, "u/alice/" + secret, "alice/" + secret} {
		q := url.QueryEscape(key)
		for _, path := range []string{"/api/file?key=" + q, "/api/file?key=" + q + "&versionId=" + version, "/api/file?key=" + q + "&owner=alice&space=u/alice"} {
			if a := w.Do(t, Request{Method: "GET", Path: path, Owner: Bob}); a.Status/100 == 2 || a.Status/100 == 5 {
				t.Errorf("%s for bob: %d %s", path, a.Status, a.Body)
			}
		}
		if a := w.Do(t, Request{Method: "GET", Path: "/api/versions?key=" + q, Owner: Bob}); strings.Contains(string(a.Body), version) {
			t.Errorf("bob sees the versions of %q: %s", key, a.Body)
		}
		for _, body := range []map[string]string{{"key": key}, {"key": key, "versionId": version}} {
			if a := w.Do(t, Request{Method: "POST", Path: "/api/restore", Owner: Bob, Body: body}); a.Status/100 == 2 || a.Status/100 == 5 {
				t.Errorf("restore %v for bob: %d %s", body, a.Status, a.Body)
			}
		}
	}
	for _, path := range []string{next, "/api/files", "/api/files?prefix=" + w.Folder(), "/api/files?prefix=../alice/", "/api/files?prefix=u/alice/", "/api/trash", "/api/rejected", "/api/folders", "/api/folders?prefix=" + w.Folder()} {
		a := w.Do(t, Request{Method: "GET", Path: path, Owner: Bob})
		if a.Status/100 == 5 || strings.Contains(string(a.Body), "secret.txt") || strings.Contains(string(a.Body), "second.txt") {
			t.Errorf("%s for bob: %d %s", path, a.Status, a.Body)
		}
	}
	for _, space := range []string{"u/alice", "g/alice", "g/team", "alice", "u/../alice", "u%2Falice"} {
		if a := w.Do(t, Request{Method: "GET", Path: "/api/files?space=" + space, Owner: Bob}); a.Status != http.StatusForbidden && a.Status != http.StatusBadRequest {
			t.Errorf("the space %s for bob: %d %s", space, a.Status, a.Body)
		}
	}
	w.untouched(t, secret, version)
}

// untouched: what Bob does under Alice's names happens in his own space.
func (w *World) untouched(t T, key, version string) {
	t.Helper()
	w.Do(t, Request{Method: "DELETE", Path: "/api/files", Owner: Bob, Body: map[string]string{"key": key}})
	w.Upload(t, Bob, key, "text/plain", []byte("of bob"))
	w.Arrives(t, Bob, key)
	r := w.File(t, Alice, key)
	if got := w.Download(t, r.URL); r.VersionID != version || string(got.Body) != "of alice" {
		t.Errorf("after bob's writes alice reads %d %q, version %s, want %s", got.Status, got.Body, r.VersionID, version)
	}
	if h := w.head(t, Alice, key); h == nil || *h.VersionId != version {
		t.Errorf("after bob's writes the bucket holds %+v", h)
	}
}

// awkwardOwner: an owner whose name could lead out of his space stays in it.
func awkwardOwner(t T, w *World) {
	key := w.Key("mine.txt")
	w.Upload(t, Awkward, key, "text/plain", []byte("mine"))
	w.Arrives(t, Awkward, key)
	r := w.File(t, Awkward, key)
	w.equalsHead(t, Awkward, r)
	if a := w.Do(t, Request{Method: "GET", Path: "/api/file?key=" + key, Owner: Alice}); a.Status != http.StatusNotFound {
		t.Errorf("alice gets %d", a.Status)
	}
	w.Delete(t, Awkward, key)
	w.Arrives(t, Awkward)
}

// withoutToken: where a laptop has a guest, nothing that comes from elsewhere
// is taken for him: a page of another origin, a name that was pointed to this
// machine, a proxy. Everywhere else a request without a token is refused.
func withoutToken(t T, w *World) {
	plain := w.Do(t, Request{Method: "GET", Path: "/api/files"})
	if w.Guest() == "" {
		if plain.Status != http.StatusUnauthorized {
			t.Errorf("without a token: %d %s", plain.Status, plain.Body)
		}
		return
	}
	if plain.Status != http.StatusOK {
		t.Errorf("the guest: %d %s", plain.Status, plain.Body)
	}
	for what, r := range map[string]Request{
		"a foreign page":         {Header: http.Header{"Origin": {w.Differences().Foreign}}},
		"a sandboxed page":       {Header: http.Header{"Origin": {"null"}}},
		"an image elsewhere":     {Header: http.Header{"Sec-Fetch-Site": {"cross-site"}}},
		"a rebound name":         {Host: "files.evil.example"},
		"a name with our port":   {Host: "evil.example:8080"},
		"an address in the name": {Host: "127.0.0.1.evil.example"},
		"a proxy":                {Header: http.Header{"X-Forwarded-For": {"203.0.113.9"}}},
		"a proxy by RFC 7239":    {Header: http.Header{"Forwarded": {"for=203.0.113.9"}}},
	} {
		for _, route := range []Request{
			{Method: "GET", Path: "/api/files"},
			{Method: "DELETE", Path: "/api/files?key=" + w.Key("x")},
			{Method: "POST", Path: "/api/presign", Body: map[string]any{"key": w.Key("x"), "mimeType": "text/plain", "size": 1}},
		} {
			route.Header, route.Host = r.Header, r.Host
			a := w.Do(t, route)
			if a.Status != http.StatusUnauthorized && a.Status != http.StatusForbidden {
				t.Errorf("%s: %s %s: %d %s", what, route.Method, route.Path, a.Status, a.Body)
			}
		}
	}
}
