package e2e

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"slices"
	"strings"
)

// wrongParts: what is not the part that a URL was signed for does not arrive,
// what is not a part gets no URL, and a part of another upload makes no file.
// Nothing of that hurts the upload.
func wrongParts(t T, w *World) {
	file := fileOf(partSize + 5)
	s, other := w.start(t, w.Key("good.bin"), len(file), nil), w.start(t, w.Key("other.bin"), 5, nil)
	last := s.Parts[1]
	with := func(name, value string) SignedPart {
		return SignedPart{URL: changed(t, Presigned{URL: last.URL}, name, value).URL, Headers: last.Headers}
	}
	elsewhere := SignedPart{URL: strings.Replace(last.URL, "good.bin", "other.bin", 1)}
	for what, a := range map[string]Answer{
		"a longer part":  w.putPart(t, last, []byte("123456")),
		"a shorter part": w.putPart(t, last, []byte("1234")),
		"no bytes":       w.putPart(t, last, nil),
		"another number": w.putPart(t, with("partNumber", "1"), []byte("12345")),
		"another upload": w.putPart(t, with("uploadId", storesID(t, other)), []byte("12345")),
		"a whole PUT":    w.putPart(t, with("uploadId", ""), []byte("12345")),
		"another key":    w.putPart(t, elsewhere, []byte("12345")),
	} {
		if a.Status/100 != 4 {
			t.Errorf("%s: %d %s", what, a.Status, a.Body)
		}
	}
	for _, numbers := range [][]int{{0}, {-1}, {3}, {10_001}, {1, 3}, {}, nil, make([]int, 1001)} {
		a := w.Do(t, Request{Method: "POST", Path: upload(s.UploadID, "/parts", ""), Owner: Alice, Body: map[string]any{"key": s.Key, "partNumbers": numbers}})
		if a.Status != http.StatusBadRequest {
			t.Errorf("URLs of the parts %v: %d %s", numbers[:min(len(numbers), 3)], a.Status, a.Body)
		}
	}
	if there := w.progress(t, s); len(there) != 0 {
		t.Fatalf("the parts %v have arrived", there)
	}

	w.sends(t, s, file, s.Parts...)
	foreign := w.putPart(t, other.Parts[0], []byte("other")).Header.Get("ETag")
	type list []map[string]any
	w.finish(t, s, map[string]any{"parts": list{{"partNumber": 1}, {"partNumber": 2, "etag": foreign}}}).names(t, 2)
	w.finish(t, s, map[string]any{"parts": list{{"partNumber": 1}}}).names(t, 2)
	w.finish(t, s, map[string]any{"parts": list{{"partNumber": 1}, {"partNumber": 2}, {"partNumber": 3}}}).names(t, 3)
	w.finish(t, s, map[string]any{"parts": list{{"partNumber": 1}, {"partNumber": 2}, {"partNumber": 2}}}).names(t, 2)
	w.completes(t, s)
	w.reads(t, s.Key, file)
	w.giveUp(t, other)
}

// wrongUploads: the id of another key's upload, of another owner's, or of none
// opens nothing, also when it is forged with all that there is to know.
func wrongUploads(t T, w *World) {
	key := w.Key("mine.bin")
	s := w.start(t, key, 5, nil)
	for what, wrong := range map[string]struct{ owner, id, key string }{
		"another key's":    {Alice, s.UploadID, w.Key("mine")},
		"another owner's":  {Bob, s.UploadID, key},
		"cut":              {Alice, s.UploadID[:12], key},
		"none":             {Alice, "none", key},
		"one of the store": {Alice, storesID(t, s), key},
	} {
		for _, r := range everyRoute(wrong.owner, wrong.id, wrong.key) {
			if p := w.Do(t, r).Refused(t, http.StatusBadRequest, "", "uploadId"); strings.Contains(p.Detail, storesID(t, s)) {
				t.Errorf("%s: %s %s says the store's id", what, r.Method, r.Path)
			}
		}
	}
	for _, r := range everyRoute(Bob, forge(t, s, objectKey(t, Alice, key), objectKey(t, Bob, key)), key) {
		a := w.Do(t, r)
		var signed struct{ Parts []SignedPart }
		switch {
		case a.Status/100 == 5:
			t.Errorf("a forged id: %s %s: %d %s", r.Method, r.Path, a.Status, a.Body)
		case a.Status == http.StatusOK && strings.HasSuffix(r.Path, "/parts"):
			a.decode(t, &signed)
			if put := w.putPart(t, signed.Parts[0], []byte("EVIL!")); put.Status/100 != 4 {
				t.Errorf("bob's part of alice's upload: %d", put.Status)
			}
		case a.Status == http.StatusOK && r.Method != "DELETE":
			t.Errorf("a forged id: %s %s: %s", r.Method, r.Path, a.Body)
		}
	}
	w.sends(t, s, []byte("mine!"), s.Parts...)
	w.completes(t, s)
	w.reads(t, key, []byte("mine!"))
	if w.head(t, Bob, key) != nil {
		t.Error("bob has made a file of alice's upload")
	}
}

// everyRoute returns a request to each route that takes an upload id, the one
// that destroys most last.
func everyRoute(owner, id, key string) []Request {
	return []Request{
		{Method: "GET", Path: upload(id, "", key), Owner: owner},
		{Method: "POST", Path: upload(id, "/parts", ""), Owner: owner, Body: map[string]any{"key": key, "partNumbers": []int{1}}},
		{Method: "POST", Path: upload(id, "/complete", ""), Owner: owner, Body: map[string]any{"key": key}},
		{Method: "DELETE", Path: upload(id, "", key), Owner: owner},
	}
}

// storesID returns the id by which the store knows an upload, as a part's URL
// shows it.
func storesID(t T, s StartedUpload) string {
	t.Helper()
	_, rest, found := strings.Cut(s.Parts[0].URL, "uploadId=")
	id, _, _ := strings.Cut(rest, "&")
	if !found || id == "" {
		t.Fatalf("the URL of a part names no upload")
	}
	return id
}

// forge makes the id of an upload to one object say that it is of another. Ids
// are not signed: package uploads says what they are made of, and why that is
// enough.
func forge(t T, s StartedUpload, from, to string) string {
	t.Helper()
	id, err := base64.RawURLEncoding.DecodeString(s.UploadID)
	is, wanted := sha256.Sum256([]byte(from)), sha256.Sum256([]byte(to))
	at := bytes.Index(id, is[:8])
	if err != nil || at < 0 {
		t.Fatalf("the upload id is made of something else than was thought")
	}
	return base64.RawURLEncoding.EncodeToString(slices.Concat(id[:at], wanted[:8], id[at+8:]))
}

// badUploadRequests: whatever the body or the query is, the answer is a problem
// that names what is wrong.
func badUploadRequests(t T, w *World) {
	for _, c := range []struct{ path, body, code, field string }{
		{"", `{"mimeType":"","size":1}`, "", "key"},
		{"", `{"key":"../x","mimeType":"","size":1}`, "invalid-key", "key"},
		{"", `{"key":"x","mimeType":"video","size":1}`, "invalid-type", "mimeType"},
		{"", `{"key":"x","mimeType":"","size":-1}`, "", "size"},
		{"", `{"key":"x","mimeType":"","size":"1"}`, "", "size"},
		{"", `{"key":"x","mimeType":"","size":99999999999999}`, "too-large", "size"},
		{"", `{"key":"x","mimeType":"","size":1,"checksumSHA256":"x"}`, "invalid-checksum", "checksumSHA256"},
		{"", `{"key":"x","mimeType":"","size":1,"checksumCRC64NVME":"x"}`, "invalid-checksum", "checksumCRC64NVME"},
		{"", `{"key":"x","mimeType":"","size":1,"metadata":{"a":"` + strings.Repeat("é", 1000) + `"}}`, "", "metadata"},
		{"", `{"key":"x","mimeType":"","size":1,"filename":"x"}`, "", "filename"},
		{"", `{`, "", ""}, {"", `[]`, "", ""}, {"", ``, "", ""},
		{"/none/parts", `{"key":"x","partNumbers":["1"]}`, "", ""},
		{"/none/complete", `{"key":"x","parts":[{"partNumber":1,"etag":7}]}`, "", ""},
		{"/none/complete", `{"parts":[]}`, "", "key"},
	} {
		a := w.Do(t, Request{Method: "POST", Path: "/api/uploads" + c.path, Owner: Alice, Body: c.body})
		if a.Status != http.StatusBadRequest {
			t.Errorf("%s with %.80s: %d %s", c.path, c.body, a.Status, a.Body)
			continue
		}
		a.Refused(t, http.StatusBadRequest, c.code, c.field)
	}
	for _, query := range []string{"key=%FF", "key=a&size=-1", "key=a&size=x", "key=a&size=99999999999999"} {
		if a := w.Do(t, Request{Method: "GET", Path: "/api/uploads?" + query, Owner: Alice}); a.Status != http.StatusBadRequest {
			t.Errorf("GET with %s: %d %s", query, a.Status, a.Body)
		}
	}
	own := w.Differences().Origin
	for method, path := range map[string]string{"POST": "/api/uploads", "DELETE": "/api/uploads/none", "GET": "/s3/params"} {
		a := w.preflight(t, w.URL()+path, own, method, "authorization,content-type")
		if a.Status/100 != 2 || a.Header.Get("Access-Control-Allow-Origin") != own || !lists(a.Header.Get("Access-Control-Allow-Methods"), method) {
			t.Errorf("the preflight of %s %s: %d %v", method, path, a.Status, a.Header)
		}
	}
}
