package e2e

import (
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
)

// partSize is what every file of the cases is cut into.
const partSize = 10 << 20

// StartedUpload is an upload in parts as the API answers it.
type StartedUpload struct {
	UploadID, Key string
	PartSize      int64
	PartCount     int
	Parts         []SignedPart
}

// SignedPart is the signed request of one part.
type SignedPart struct {
	PartNumber    int
	URL           string
	ContentLength int64
	Headers       map[string]string
}

// CompletedUpload is the file that an upload in parts became.
type CompletedUpload struct {
	Key, Location, ETag, VersionID string
	Size                           int64
}

// upload returns the path of a route about one upload; a key goes into the query.
func upload(id, route, key string) string {
	path := "/api/uploads/" + id + route
	if key != "" {
		path += "?key=" + url.QueryEscape(key)
	}
	return path
}

// start begins an upload in parts of Alice; options are more fields of the body.
// Where that may be done twice, both are given up and it is begun anew: nobody
// could tell which of them is the one that was answered.
func (w *World) start(t T, key string, size int, options map[string]any) StartedUpload {
	t.Helper()
	if !w.Differences().Repeats {
		return w.startOnce(t, key, size, options)
	}
	for {
		before := w.unfinished(t, Alice, key)
		s := w.startOnce(t, key, size, options)
		begun := slices.DeleteFunc(w.unfinished(t, Alice, key), func(u StartedUpload) bool {
			return slices.ContainsFunc(before, func(b StartedUpload) bool { return b.UploadID == u.UploadID })
		})
		if len(begun) < 2 {
			return s
		}
		for _, u := range begun {
			w.giveUp(t, u)
		}
	}
}

func (w *World) startOnce(t T, key string, size int, options map[string]any) StartedUpload {
	t.Helper()
	body := map[string]any{"key": key, "mimeType": "video/mp4", "size": size}
	for name, value := range options {
		body[name] = value
	}
	var s StartedUpload
	w.Call(t, Request{Method: "POST", Path: "/api/uploads", Owner: Alice, Body: body}, &s)
	if s.UploadID == "" || len(s.Parts) == 0 {
		t.Fatalf("the upload of %q was started without an id or a part: %+v", key, s)
	}
	return s
}

// sends puts parts of the file where their URLs say.
func (w *World) sends(t T, s StartedUpload, file []byte, parts ...SignedPart) {
	t.Helper()
	for _, p := range parts {
		from := int64(p.PartNumber-1) * s.PartSize
		if a := w.putPart(t, p, file[from:from+p.ContentLength]); a.Status != http.StatusOK || a.Header.Get("ETag") == "" {
			t.Fatalf("part %d of %q: %d, ETag %q: %s", p.PartNumber, s.Key, a.Status, a.Header.Get("ETag"), a.Body)
		}
	}
}

// putPart sends these bytes to a part's URL, whatever comes of it.
func (w *World) putPart(t T, p SignedPart, body []byte) Answer {
	t.Helper()
	return w.Put(t, Presigned{URL: p.URL, Headers: p.Headers}, body, nil)
}

// finish asks to complete an upload of Alice, whatever comes of it; options are
// more fields of the body.
func (w *World) finish(t T, s StartedUpload, options map[string]any) Answer {
	t.Helper()
	body := map[string]any{"key": s.Key}
	for name, value := range options {
		body[name] = value
	}
	return w.Do(t, Request{Method: "POST", Path: upload(s.UploadID, "/complete", ""), Owner: Alice, Body: body})
}

// completes is finish where it has to succeed, of these parts if any are named.
func (w *World) completes(t T, s StartedUpload, parts ...ArrivedPart) CompletedUpload {
	t.Helper()
	var options map[string]any
	if len(parts) > 0 {
		options = map[string]any{"parts": parts}
	}
	a := w.finish(t, s, options)
	if a.Status != http.StatusOK {
		t.Fatalf("completing the upload of %q: %d %s", s.Key, a.Status, a.Body)
	}
	var done CompletedUpload
	a.decode(t, &done)
	if done.Key != s.Key || done.ETag == "" || done.VersionID == "" || done.Location == "" {
		t.Errorf("the upload of %q became %+v", s.Key, done)
	}
	return done
}

// look asks what has arrived of an upload of Alice, whatever comes of it.
func (w *World) look(t T, s StartedUpload) Answer {
	t.Helper()
	return w.Do(t, Request{Method: "GET", Path: upload(s.UploadID, "", s.Key), Owner: Alice})
}

// ArrivedPart is a part that the store has.
type ArrivedPart struct {
	PartNumber int    `json:"partNumber"`
	ETag       string `json:"etag"`
	Size       int64  `json:"-"`
}

// arrived returns the parts of Alice's upload that have arrived.
func (w *World) arrived(t T, s StartedUpload) []ArrivedPart {
	t.Helper()
	a := w.look(t, s)
	if a.Status != http.StatusOK {
		t.Fatalf("the progress of %q: %d %s", s.Key, a.Status, a.Body)
	}
	var out struct {
		Parts []struct {
			PartNumber int
			ETag       string
			Size       int64
		}
	}
	a.decode(t, &out)
	all := make([]ArrivedPart, len(out.Parts))
	for i, p := range out.Parts {
		all[i] = ArrivedPart(p)
	}
	return all
}

// progress returns how many bytes of which parts of Alice's upload have arrived.
func (w *World) progress(t T, s StartedUpload) map[int]int64 {
	t.Helper()
	there := map[int]int64{}
	for _, p := range w.arrived(t, s) {
		there[p.PartNumber] = p.Size
	}
	return there
}

// unfinished returns owner's uploads of exactly this key that can be gone on with.
func (w *World) unfinished(t T, owner, key string) []StartedUpload {
	t.Helper()
	var found []StartedUpload
	w.Call(t, Request{Method: "GET", Path: "/api/uploads?key=" + url.QueryEscape(key), Owner: owner}, &found)
	return found
}

// giveUp aborts an upload of Alice, which always succeeds.
func (w *World) giveUp(t T, s StartedUpload) {
	t.Helper()
	w.Call(t, Request{Method: "DELETE", Path: upload(s.UploadID, "", s.Key), Owner: Alice}, nil)
}

// names checks that the answer is a problem that names exactly these parts,
// each with a reason.
func (a Answer) names(t T, numbers ...int) {
	t.Helper()
	a.Refused(t, http.StatusBadRequest, "invalid-parts", "parts")
	var p struct {
		Parts []struct {
			PartNumber int
			Reason     string
		}
	}
	if err := json.Unmarshal(a.Body, &p); err != nil {
		t.Errorf("the problem: %v", err)
	}
	var got []int
	for _, part := range p.Parts {
		got = append(got, part.PartNumber)
		if part.Reason == "" {
			t.Errorf("part %d is named without a reason", part.PartNumber)
		}
	}
	if !slices.Equal(got, numbers) {
		t.Errorf("the parts %v are named, want %v: %s", got, numbers, a.Body)
	}
}

// isGone checks that the answer says that an upload is gone, and that the key
// holds this version now; empty if it holds nothing.
func (a Answer) isGone(t T, version string) {
	t.Helper()
	a.Refused(t, http.StatusConflict, "upload-gone", "uploadId")
	var p struct{ Current *struct{ VersionID string } }
	if err := json.Unmarshal(a.Body, &p); err != nil {
		t.Errorf("the problem: %v", err)
	}
	if got := p.Current; (got == nil) != (version == "") || got != nil && got.VersionID != version {
		t.Errorf("the problem names %+v, want version %q", got, version)
	}
}

// fileOf returns size bytes of which no two MiB are alike.
func fileOf(size int) []byte {
	file := make([]byte, size)
	for i := range file {
		file[i] = byte(i) ^ byte(i>>8) ^ byte(i>>20)
	}
	return file
}

// reads checks the bytes that Alice's file has by its download URL.
func (w *World) reads(t T, key string, want []byte) {
	t.Helper()
	w.Eventually(t, key, func() error { return w.known(t, Alice, key) })
	if a := w.Download(t, w.File(t, Alice, key).URL); a.Status != http.StatusOK || string(a.Body) != string(want) {
		t.Errorf("%q reads %d and %d bytes, which are not the %d that were sent", key, a.Status, len(a.Body), len(want))
	}
}
