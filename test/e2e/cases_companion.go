package e2e

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"mime/multipart"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// companion is the contract of Uppy's Companion for S3, as versions 3 to 5 of
// @uppy/aws-s3 call it with an Authorization header: a small file by a form, a
// large one in parts.
func companion(t T, w *World) {
	small := w.Key("klein größe.png")
	var form struct {
		Method, URL string
		Fields      map[string]string
		Expires     int
	}
	w.Call(t, Request{Method: "GET", Path: "/s3/params?filename=" + url.QueryEscape(small) + "&type=image%2Fpng&metadata[album]=S%C3%B6mmer", Owner: Alice}, &form)
	if form.Method != http.MethodPost || form.Expires <= 0 {
		t.Errorf("the form is %+v", form)
	}
	w.sendForm(t, form.URL, form.Fields, []byte("small"))

	const first = 5 << 20 // what Uppy cuts a file into
	large, file := w.Key("film é.mp4"), fileOf(first+10)
	var s struct{ Key, UploadID string }
	w.Call(t, Request{Method: "POST", Path: "/s3/multipart", Owner: Alice, Body: map[string]any{
		"filename": large, "type": "video/mp4", "metadata": map[string]any{"name": nil, "album": "Sömmer"}}}, &s)
	at, key := "/s3/multipart/"+url.PathEscape(s.UploadID), "?key="+url.QueryEscape(s.Key)
	type part struct {
		PartNumber int
		ETag       string
	}
	var sent, listed []part
	for i, body := range [][]byte{file[:first], file[first:]} {
		var signed struct{ URL string }
		w.Call(t, Request{Method: "GET", Path: fmt.Sprintf("%s/%d%s", at, i+1, key), Owner: Alice}, &signed)
		sent = append(sent, part{i + 1, w.Put(t, Presigned{URL: signed.URL}, body, nil).Header.Get("ETag")})
	}
	w.Call(t, Request{Method: "GET", Path: at + key, Owner: Alice}, &listed)
	if !slices.Equal(listed, sent) {
		t.Errorf("the parts %+v are listed, sent were %+v", listed, sent)
	}
	var done struct{ Location, Key string }
	w.Call(t, Request{Method: "POST", Path: at + "/complete" + key, Owner: Alice, Body: map[string]any{"parts": sent}}, &done)
	if done.Location == "" || done.Key != large {
		t.Errorf("completed %+v", done)
	}
	if a := w.Call(t, Request{Method: "DELETE", Path: at + key, Owner: Alice}, nil); a.Status != http.StatusOK || string(a.Body) != "{}" {
		t.Errorf("the abort is answered %d %s", a.Status, a.Body)
	}
	w.Arrives(t, Alice, small, large)
	w.reads(t, small, []byte("small"))
	w.reads(t, large, file)
	for key, mimeType := range map[string]string{small: "image/png", large: "video/mp4"} {
		if r := w.File(t, Alice, key); r.Metadata["album"] != "Sömmer" || r.MimeType != mimeType {
			t.Errorf("the record is %+v", r)
		}
	}
}

// signed is a request that POST /s3/sign allows.
type signed struct {
	URL     string
	Headers map[string]string
}

// signRequest is what version 6 of @uppy/aws-s3 asks when it is given a function
// to sign with: the bytes go to the store, control comes back in S3's XML.
func signRequest(t T, w *World) {
	key, body := w.Key("v6 é.mp4"), []byte("one part")
	sign := func(method string, more map[string]any) (s signed) {
		wanted := map[string]any{"method": method, "key": key}
		for name, value := range more {
			wanted[name] = value
		}
		w.Call(t, Request{Method: "POST", Path: "/s3/sign", Owner: Alice, Body: wanted}, &s)
		return s
	}
	var started struct{ UploadId string } //nolint:revive // as S3 calls it
	if a := w.control(t, "POST", sign("POST", nil), ""); xml.Unmarshal(a, &started) != nil || started.UploadId == "" {
		t.Fatalf("started: %s", a)
	}
	id := map[string]any{"uploadId": started.UploadId}
	to := sign("PUT", map[string]any{"uploadId": started.UploadId, "partNumber": 1})
	etag := w.Put(t, Presigned{URL: to.URL, Headers: to.Headers}, body, nil).Header.Get("ETag")
	if list := w.control(t, "GET", sign("GET", id), ""); !bytes.Contains(list, []byte("<Size>8</Size>")) {
		t.Errorf("listed: %s", list)
	}
	parts := "<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>" + strings.Trim(etag, `"`) + "</ETag></Part></CompleteMultipartUpload>"
	w.control(t, "POST", sign("POST", id), parts)
	w.control(t, "DELETE", sign("DELETE", id), "")
	w.Arrives(t, Alice, key)
	w.reads(t, key, body)
}

// control sends what was signed for a request that comes back to the API.
func (w *World) control(t T, method string, s signed, body string) []byte {
	t.Helper()
	u, err := url.Parse(s.URL)
	if err != nil || u.Path != "/s3/object" {
		t.Fatalf("%s is signed as %.100s: %v", method, s.URL, err)
	}
	header := http.Header{"Content-Type": {"video/mp4"}}
	for name, value := range s.Headers {
		header.Set(name, value)
	}
	if header.Get("Authorization") == "" {
		t.Errorf("%s is signed without the caller's token", method)
	}
	return w.Call(t, Request{Method: method, Path: u.RequestURI(), Header: header, Body: body}, nil).Body
}

// tokenInPath: a client that can send no header may carry its token in the path
// of /s3 where the server itself checks tokens. A gateway has no such route: its
// authorizer reads no token from a path, and it may log paths.
func tokenInPath(t T, w *World) {
	path := "/u/" + w.token(t, Request{Owner: Alice})
	form := path + "/s3/params?type=image%2Fpng&filename=" + url.QueryEscape(w.Key("a.png"))
	a := w.Do(t, Request{Method: "GET", Path: form})
	if !w.Differences().OwnRefusals {
		if a.Status != http.StatusNotFound {
			t.Errorf("with a token in the path: %d %s", a.Status, a.Body)
		}
		return
	}
	if a.Status != http.StatusOK || !bytes.Contains(a.Body, []byte(`"fields"`)) {
		t.Errorf("with the token in the path: %d %s", a.Status, a.Body)
	}
	for _, other := range []string{"/api/files", "/u/x/s3/params", "/s3/../api/files"} {
		if a := w.Do(t, Request{Method: "GET", Path: path + other}); a.Status/100 == 2 || a.Status/100 == 5 {
			t.Errorf("a token in the path of %s opens it: %d", other, a.Status)
		}
	}
}

// sendForm sends a file with a signed form.
func (w *World) sendForm(t T, to string, fields map[string]string, file []byte) {
	t.Helper()
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	for name, value := range fields {
		if err := form.WriteField(name, value); err != nil {
			t.Fatalf("the form: %v", err)
		}
	}
	part, err := form.CreateFormFile("file", "file")
	if err == nil {
		_, err = part.Write(file)
	}
	if err == nil {
		err = form.Close()
	}
	if err != nil {
		t.Fatalf("the form: %v", err)
	}
	req, err := http.NewRequestWithContext(w.ctx, http.MethodPost, to, &body)
	if err != nil {
		t.Fatalf("the form's URL: %v", err)
	}
	req.Header.Set("Content-Type", form.FormDataContentType())
	if a := w.send(t, req); a.Status/100 != 2 {
		t.Fatalf("the form was answered %d %s", a.Status, a.Body)
	}
}
