package e2e

import (
	"net/http"
	"net/url"
	"strings"

	"golang.org/x/text/unicode/norm"
)

// awkwardPaths: the published route takes the key in its path. What arrives is
// what the gateway leaves of it; the answer says which key was signed, and the
// bytes go there and nowhere else.
func awkwardPaths(t T, w *World) {
	for _, name := range append(names(), "plain.txt", "deep/er/plain.txt") {
		key := w.Key(name)
		p := w.presignPath(t, key)
		want := norm.NFC.String(key)
		if arrives := w.Differences().PathArrives; arrives != nil {
			want = arrives(want)
		}
		if p.Key != want {
			t.Errorf("%q in the path was signed as %q, want %q", key, p.Key, want)
			continue
		}
		if a := w.Put(t, p, contentOf(p.Key), nil); a.Status != http.StatusOK {
			t.Errorf("PUT of %q: %d %s", p.Key, a.Status, a.Body)
			continue
		}
		if h := w.head(t, Alice, p.Key); h == nil || *h.ContentLength != int64(len(contentOf(p.Key))) {
			t.Errorf("%q did not arrive under its own key", p.Key)
		}
	}
}

func (w *World) presignPath(t T, key string) Presigned {
	t.Helper()
	var escaped []string
	for _, segment := range strings.Split(key, "/") {
		escaped = append(escaped, url.PathEscape(segment))
	}
	size := len(contentOf(key))
	if arrives := w.Differences().PathArrives; arrives != nil {
		size = len(contentOf(arrives(norm.NFC.String(key))))
	}
	var p Presigned
	w.Call(t, Request{
		Method: "POST", Path: "/api/files/" + strings.Join(escaped, "/") + "/presign", Owner: Alice,
		Body: map[string]any{"mimeType": "text/plain", "size": size},
	}, &p)
	return p
}

// pathsElsewhere: a path that a decoder could take for another key signs none.
func pathsElsewhere(t T, w *World) {
	folder := w.Folder()
	paths := []string{
		folder + "a%2F..%2Fb", folder + "a/../b", folder + "a%2f%2e%2e%2fb", folder + "./b", folder + "%2e/b",
		folder + "a//b", folder + "a%2F%2Fb", "..", "%2e%2e", "../" + Bob + "/b", "..%2F" + Bob + "%2Fb", "/b", "%2Fb", "", folder,
		folder + "nul%00", folder + "line%0Abreak",
	}
	if w.Differences().PathArrives == nil {
		paths = append(paths, folder+"bad%FFutf8") // a gateway replaces such bytes by U+FFFD, and the answer's key says so
	}
	for _, path := range paths {
		a := w.Do(t, Request{
			Method: "POST", Path: "/api/files/" + path + "/presign", Owner: Alice,
			Body: map[string]any{"mimeType": "text/plain", "size": 1},
		})
		if a.Status/100 == 2 || a.Status/100 == 5 || strings.Contains(string(a.Body), "X-Amz-Signature") {
			t.Errorf("the path %q was answered %d %s", path, a.Status, a.Body)
		}
	}
}

// keyCutOff: an HTTP API of AWS decodes the path and cuts it at a question
// mark, so "x/presign?y" in it arrives as "x", which is what this client sends
// by mistake. Nothing can tell that from a client that means x; so either it is
// refused, or the answer says which key was signed, and only that one.
func keyCutOff(t T, w *World) {
	a := w.Do(t, Request{
		Method: "POST", Path: "/api/files/" + w.Key("x") + "/presign?y/presign", Owner: Alice,
		Body: map[string]any{"mimeType": "text/plain", "size": 1},
	})
	if a.Status == http.StatusBadRequest {
		return
	}
	var p Presigned
	a.decode(t, &p)
	if a.Status != http.StatusOK || p.Key != w.Key("x") {
		t.Errorf("the answer is %d %s, want the key %q", a.Status, a.Body, w.Key("x"))
	}
}
