package e2e

import (
	"bytes"
	"net/http"
	"net/url"
)

// lifeInParts is the whole path of a small file that is sent as one part: begun,
// looked at, found by its key, completed twice, aborted too late, and another
// one given up. It touches every right that the control of uploads needs.
func lifeInParts(t T, w *World) {
	key, body := w.Key("film é.mp4"), []byte("a short film")
	id, to := w.begin(t, key, len(body))
	if a := w.Put(t, to, body, nil); a.Status != http.StatusOK {
		t.Fatalf("the part: %d %s", a.Status, a.Body)
	}
	at, query := "/api/uploads/"+id, "?key="+url.QueryEscape(key)
	var progress struct{ Parts []struct{ PartNumber int } }
	w.Call(t, Request{Method: "GET", Path: at + query, Owner: Alice}, &progress)
	if len(progress.Parts) != 1 || progress.Parts[0].PartNumber != 1 {
		t.Errorf("of the upload there is %+v", progress)
	}
	listed := 1
	if w.Differences().EncodesUploads {
		listed = 0
	}
	if n := w.countUnfinished(t, key); n != listed {
		t.Errorf("the key has %d unfinished uploads, not %d", n, listed)
	}

	type completed struct {
		Key, ETag, VersionID string
		Size                 int
	}
	var first, again completed
	complete := Request{Method: "POST", Path: at + "/complete", Owner: Alice, Body: map[string]string{"key": key}}
	w.Call(t, complete, &first)
	w.Call(t, complete, &again)
	if first.Key != key || first.VersionID == "" || first.Size != len(body) || first != again {
		t.Errorf("completed %+v, and again %+v", first, again)
	}
	w.Call(t, Request{Method: "DELETE", Path: at + query, Owner: Alice}, nil)
	w.Arrives(t, Alice, key)
	r := w.File(t, Alice, key)
	w.equalsHead(t, Alice, r)
	if got := w.Download(t, r.URL); r.VersionID != first.VersionID || !bytes.Equal(got.Body, body) {
		t.Errorf("version %s reads %d %q", r.VersionID, got.Status, got.Body)
	}

	given := w.Key("given up.mp4")
	id, _ = w.begin(t, given, 4)
	w.Call(t, Request{Method: "DELETE", Path: "/api/uploads/" + id + "?key=" + url.QueryEscape(given), Owner: Alice}, nil)
	if n := w.countUnfinished(t, given); n != 0 {
		t.Errorf("an aborted upload is still there: %d", n)
	}
}

// begin starts an upload of one part that must not overwrite, and returns its id
// and the part's request.
func (w *World) begin(t T, key string, size int) (id string, part Presigned) {
	t.Helper()
	var started struct {
		UploadID string
		Parts    []Presigned
	}
	w.Call(t, Request{Method: "POST", Path: "/api/uploads", Owner: Alice, Body: map[string]any{
		"key": key, "mimeType": "video/mp4", "size": size, "overwrite": false,
	}}, &started)
	if started.UploadID == "" || len(started.Parts) != 1 {
		t.Fatalf("started %+v", started)
	}
	return started.UploadID, started.Parts[0]
}

func (w *World) countUnfinished(t T, key string) int {
	t.Helper()
	var found []struct{ UploadID string }
	w.Call(t, Request{Method: "GET", Path: "/api/uploads?key=" + url.QueryEscape(key), Owner: Alice}, &found)
	return len(found)
}
