package e2e

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"golang.org/x/text/unicode/norm"

	"github.com/bytepass/bytepass/runtime/files"
)

// names are file names that travel badly: through shells, URLs, JSON, XML,
// signatures, file systems, or twice through a decoder.
func names() []string {
	return []string{
		"two words.txt", "plus+plus.txt", "100%.txt", "%41.txt", "%2F.txt", "..%2fup.txt", "%252F.txt", "%", "%zz",
		"what?.txt", "x?versionId=null", "hash#tag.txt", "a&b=c.txt", "semi;colon,comma.txt", `quote'"quote.txt`, `back\slash.txt`,
		"<tag>&amp;.txt", "{proxy+}", "$HOME `id`", "*", "~", "...", ".hidden", " leading", "trailing ", "colon:at@equals=",
		"caf\u00e9.txt", "nai\u0308ve.txt", // composed; decomposed, which is normalised
		"🚀🎉.txt", "👩‍👩‍👧‍👦", "שלום עולם.txt", "مرحبا.txt", "\u202eevil.txt", "日本語.txt", "ﬁ.txt", "İı.txt",
	}
}

// names returns those that the store can keep apart.
func (w *World) names() []string {
	return slices.DeleteFunc(names(), func(name string) bool { return w.Differences().NoBackslash && strings.Contains(name, `\`) })
}

// awkward returns the keys of this case that test the limits: every name, one
// of the longest keys there can be, and a deep one.
func (w *World) awkward(t T, owner string) []string {
	t.Helper()
	var keys []string
	for _, name := range w.names() {
		keys = append(keys, w.Key(name))
	}
	keys = append(keys, w.Key(strings.Repeat("d/", 49)+"f"))
	longest := w.Key("")
	room := files.MaxObjectKey - (len(objectKey(t, owner, "x")) - 1)
	for room-len(longest) > 200 {
		longest += strings.Repeat("l", 150) + "/"
	}
	return append(keys, longest+strings.Repeat("z", room-len(longest)))
}

// awkwardKeys: every key comes back as it was given (in NFC), holds its own
// bytes, and is found, read and deleted under its own name.
func awkwardKeys(t T, w *World) {
	keys := w.awkward(t, Alice)
	var stored []string
	for _, key := range keys {
		p := w.Upload(t, Alice, key, "text/plain", contentOf(key))
		if p.Key != norm.NFC.String(key) {
			t.Errorf("%q came back as %q", key, p.Key)
		}
		stored = append(stored, p.Key)
	}
	w.Arrives(t, Alice, stored...)
	for _, key := range keys {
		r := w.File(t, Alice, key)
		w.equalsHead(t, Alice, r)
		if a := w.Download(t, r.URL); string(a.Body) != string(contentOf(key)) {
			t.Errorf("%q holds %d %q", key, a.Status, a.Body)
		}
	}
	// One by one: a deletion that reached another key would show.
	for i, key := range stored {
		w.Delete(t, Alice, key)
		if i%10 == 0 || i == len(stored)-1 {
			w.Arrives(t, Alice, stored[i+1:]...)
		}
	}
}

func contentOf(key string) []byte { return []byte("I am " + norm.NFC.String(key)) }

// invalidKeys are refused by every route that takes a key, with the rule that
// they break.
func invalidKeys(t T, w *World) {
	for _, key := range []string{
		"", "/", "/a", "a/", "a//b", ".", "..", "a/./b", "a/../b", "../" + Bob + "/a", "nul\x00", "line\nbreak", "tab\t", "del\x7f", "c1\u0085",
		strings.Repeat("k", 1100), strings.Repeat("k", 100_000),
	} {
		body := map[string]any{"key": key, "mimeType": "text/plain", "size": 1}
		for _, r := range []Request{
			{Method: "POST", Path: "/api/presign", Body: body},
			{Method: "DELETE", Path: "/api/files", Body: map[string]string{"key": key}},
			{Method: "POST", Path: "/api/restore", Body: map[string]string{"key": key}},
		} {
			r.Owner = Alice
			if a := w.Do(t, r); a.Status != http.StatusBadRequest && a.Status != http.StatusRequestEntityTooLarge {
				t.Errorf("%s %s of %.20q: %d %s", r.Method, r.Path, key, a.Status, a.Body)
			} else {
				a.Refused(t, a.Status, "", "")
			}
		}
		if len(key) > 2000 {
			continue // longer than some URL may be
		}
		for _, route := range []string{"/api/file", "/api/versions"} {
			w.Do(t, Request{Method: "GET", Path: route + "?key=" + url.QueryEscape(key), Owner: Alice}).Refused(t, http.StatusBadRequest, "", "key")
		}
	}
	w.Do(t, Request{Method: "POST", Path: "/api/upload-url", Owner: Alice,
		Body: map[string]string{"filename": "../x", "fileType": "text/plain"}}).Refused(t, http.StatusBadRequest, "invalid-key", "filename")
}

// fileBesideFolder: a file and a folder of one name. S3 holds both; a file
// system cannot, and then the API says so before it signs.
func fileBesideFolder(t T, w *World) {
	file, inside := w.Key("name"), w.Key("name/inside")
	w.Upload(t, Alice, file, "text/plain", []byte("file"))
	w.Arrives(t, Alice, file)
	if !w.Differences().FileSystem {
		w.Upload(t, Alice, inside, "text/plain", []byte("inside"))
		w.Arrives(t, Alice, file, inside)
		return
	}
	ask := func(key string) Answer {
		return w.Do(t, Request{Method: "POST", Path: "/api/presign", Owner: Alice, Body: map[string]any{"key": key, "mimeType": "text/plain", "size": 1}})
	}
	ask(inside).Refused(t, http.StatusConflict, "path-conflict", "key")
	other := w.Key("folder/inside")
	w.Upload(t, Alice, other, "text/plain", []byte("inside"))
	w.Arrives(t, Alice, file, other)
	ask(w.Key("folder")).Refused(t, http.StatusConflict, "path-conflict", "key")
}

// longSegment: a segment of over 255 bytes, which no file system holds.
func longSegment(t T, w *World) {
	key := w.Key(strings.Repeat("🚀", 70))
	if !w.Differences().FileSystem {
		w.Upload(t, Alice, key, "text/plain", contentOf(key))
		w.Arrives(t, Alice, key)
		return
	}
	w.Do(t, Request{Method: "POST", Path: "/api/presign", Owner: Alice, Body: map[string]any{"key": key, "mimeType": "text/plain", "size": 1}}).
		Refused(t, http.StatusBadRequest, "name-too-long", "key")
	fits := w.Key(fmt.Sprintf("%s.txt", strings.Repeat("x", 251)))
	w.Upload(t, Alice, fits, "text/plain", contentOf(fits))
	w.Arrives(t, Alice, fits)
}
