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
