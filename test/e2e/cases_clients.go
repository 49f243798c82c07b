package e2e

import (
	"encoding/json"
	"net/http"
	"os/exec"
	"strings"
	"time"
)

// browserClient is the published browser client, as it is: JSON with a
// Content-Type, then a PUT with nothing but the file's type.
func browserClient(t T, w *World) {
	owner, token := w.published(t)
	filename := w.Key("photo from my phone.jpg")
	var signed Presigned
	began := time.Now()
	w.Call(t, Request{
		Method: "POST", Path: "/api/upload-url", Token: token,
		Header: http.Header{"Content-Type": {"application/json"}},
		Body:   map[string]any{"filename": filename, "fileType": "image/jpeg"},
	}, &signed)
	if signed.Key != filename {
		t.Errorf("the key is %q, want %q", signed.Key, filename)
	}
	if !signed.ExpiresAt.IsZero() {
		signed.lives(t, began, time.Minute)
	}
	a := w.Put(t, Presigned{URL: signed.URL, Headers: map[string]string{"Content-Type": "image/jpeg"}}, []byte("jpeg bytes"), nil)
	if a.Status != http.StatusOK {
		t.Fatalf("PUT: %d %s", a.Status, a.Body)
	}
	w.Arrives(t, owner, filename)
	w.equalsHead(t, owner, w.File(t, owner, filename))
}

// published returns who the published clients are: the guest where there is
// one, otherwise Alice with nothing added but her token.
func (w *World) published(t T) (owner, token string) {
	t.Helper()
	if guest := w.Guest(); guest != "" {
		return guest, ""
	}
	return Alice, w.token(t, Request{Owner: Alice})
}

// storageClient is the published storage client: curl, as its page shows it.
func storageClient(t T, w *World) {
	owner, _ := w.published(t)
	body := strings.Repeat("j", 1024)
	var signed Presigned
	w.curl(t, &signed, "-X", "POST", w.URL()+"/api/files/test.jpg/presign", "-d", `{"mimeType":"image/jpeg","size":1024}`)
	if signed.Key != "test.jpg" {
		t.Fatalf("the key is %q, want test.jpg", signed.Key)
	}
	a := w.Put(t, Presigned{URL: signed.URL, Headers: map[string]string{"Content-Type": "image/jpeg"}}, []byte(body), nil)
	if a.Status != http.StatusOK {
		t.Fatalf("PUT: %d %s", a.Status, a.Body)
	}
	w.Eventually(t, "test.jpg in the list", func() error { return w.known(t, owner, "test.jpg") })

	var list []struct {
		Key, URL string
		Size     int64
	}
	w.curl(t, &list, w.URL()+"/api/files?prefix=test.jpg")
	if len(list) != 1 || list[0].Key != "test.jpg" || list[0].Size != 1024 {
		t.Fatalf("the list is %+v", list)
	}
	if got := w.Download(t, list[0].URL); string(got.Body) != body {
		t.Errorf("the list's URL gave %d and %d bytes", got.Status, len(got.Body))
	}
	var deleted struct{ Success bool }
	w.curl(t, &deleted, "-X", "DELETE", w.URL()+"/api/files", "-d", `{"key":"test.jpg"}`)
	if !deleted.Success {
		t.Error("the deletion does not say success")
	}
}

// curl runs curl with these arguments, and the published client's token if it
// needs one, and decodes what it prints.
func (w *World) curl(t T, out any, args ...string) {
	t.Helper()
	if _, err := exec.LookPath("curl"); err != nil {
		t.Fatalf("curl is missing; install it with: apt-get install -y curl")
	}
	if _, token := w.published(t); token != "" {
		args = append(args, "-H", "Authorization: Bearer "+token)
	}
	cmd := exec.CommandContext(w.ctx, "curl", append([]string{"-sS", "--fail-with-body"}, args...)...)
	printed, err := cmd.Output()
	if err != nil {
		t.Fatalf("curl %s: %v: %s", strings.Join(args[:2], " "), err, printed)
	}
	if err := json.Unmarshal(printed, out); err != nil {
		t.Fatalf("curl printed %s: %v", printed, err)
	}
}

// storageClientRefused: what the published client sent wrong is 400 and named.
func storageClientRefused(t T, w *World) {
	for _, c := range []struct{ name, body, code, field string }{
		{"no size", `{"mimeType":"image/jpeg"}`, "", "size"},
		{"null size", `{"mimeType":"image/jpeg","size":null}`, "", "size"},
		{"negative size", `{"mimeType":"image/jpeg","size":-1}`, "invalid-size", "size"},
		{"size as text", `{"mimeType":"image/jpeg","size":"1024"}`, "", "size"},
		{"a fraction", `{"mimeType":"image/jpeg","size":10.5}`, "", "size"},
		{"over the limit", `{"mimeType":"image/jpeg","size":5368709121}`, "too-large", "size"},
		{"beyond every number", `{"mimeType":"image/jpeg","size":99999999999999999999999}`, "", "size"},
		{"no such type", `{"mimeType":"jpeg","size":1024}`, "invalid-type", "mimeType"},
		{"a line break in the type", `{"mimeType":"image/jpeg\r\nx-evil: 1","size":1024}`, "invalid-type", "mimeType"},
		{"type of the wrong kind", `{"mimeType":7,"size":1024}`, "", "mimeType"},
	} {
		a := w.Do(t, Request{Method: "POST", Path: "/api/files/test.jpg/presign", Owner: Alice, Body: c.body})
		p := a.Refused(t, http.StatusBadRequest, c.code, c.field)
		if p.Message == "" {
			t.Errorf("%s: the problem has no message to show: %s", c.name, a.Body)
		}
	}
}
