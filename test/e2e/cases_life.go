package e2e

import (
	"bytes"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// lifeOfAFile is the whole path once: signed, sent, listed, read, deleted,
// restored. It touches the rights of every function.
func lifeOfAFile(t T, w *World) {
	key, body := w.Key("report.txt"), []byte("the first version")
	began := time.Now()
	p := w.Upload(t, Alice, key, "text/plain", body)
	if p.Key != key || p.Method != http.MethodPut {
		t.Errorf("signed %s %q, want PUT %q", p.Method, p.Key, key)
	}
	p.lives(t, began, 5*time.Minute)
	t.Logf("measured: in the list %v after the upload (%s)", w.Arrives(t, Alice, key).Round(time.Millisecond), w.URL())

	r := w.File(t, Alice, key)
	w.equalsHead(t, Alice, r)
	a := w.Download(t, r.URL)
	if a.Status != http.StatusOK || !bytes.Equal(a.Body, body) {
		t.Errorf("the download gave %d %q", a.Status, a.Body)
	}

	w.Delete(t, Alice, key)
	w.Arrives(t, Alice)
	if w.head(t, Alice, key) != nil {
		t.Error("the bucket still shows a deleted file")
	}
	w.Do(t, Request{Method: "GET", Path: "/api/file?key=" + key, Owner: Alice}).Refused(t, 404, "not-found", "")
	w.Eventually(t, "the trash", func() error {
		var got []string
		for _, r := range w.pages(t, Alice, "/api/trash?prefix="+w.Folder()) {
			got = append(got, r.Key)
		}
		return sameKeys(got, []string{key})
	})

	w.Call(t, Request{Method: "POST", Path: "/api/restore", Owner: Alice, Body: map[string]string{"key": key}}, nil)
	w.Arrives(t, Alice, key)
	if got := w.Download(t, w.File(t, Alice, key).URL); !bytes.Equal(got.Body, body) {
		t.Errorf("the restored file reads %d %q", got.Status, got.Body)
	}
	if trash := w.pages(t, Alice, "/api/trash?prefix="+w.Folder()); len(trash) != 0 {
		t.Errorf("a restored file is still in the trash: %v", trash)
	}
}

// equalsHead checks a record against what the bucket says of the object.
func (w *World) equalsHead(t T, owner string, r Record) {
	t.Helper()
	h := w.head(t, owner, r.Key)
	if h == nil {
		t.Fatalf("the bucket does not hold %q", r.Key)
	}
	said := fmt.Sprint(r.Size, r.MimeType, r.ETag, r.VersionID, r.UploadedAt.Unix())
	is := fmt.Sprint(*h.ContentLength, *h.ContentType, strings.Trim(*h.ETag, `"`), *h.VersionId, h.LastModified.Unix())
	if said != is {
		t.Errorf("the record says %s, the bucket %s", said, is)
	}
	if r.UserID != owner || r.Status != "stored" || r.ID == "" || r.Bucket == "" {
		t.Errorf("the record is of %q, %q, id %q, bucket %q", r.UserID, r.Status, r.ID, r.Bucket)
	}
}

// pinnedDownload: a download URL gives the bytes it was signed for, also after
// the file was overwritten or deleted.
func pinnedDownload(t T, w *World) {
	key := w.Key("a.bin")
	first, second := bytes.Repeat([]byte("first "), 1<<16), []byte("second")
	w.Upload(t, Alice, key, "application/octet-stream", first)
	w.Arrives(t, Alice, key)
	old := w.File(t, Alice, key)
	w.Upload(t, Alice, key, "application/octet-stream", second)
	w.Eventually(t, "the new version", func() error {
		if r := w.File(t, Alice, key); r.VersionID == old.VersionID || r.Size != int64(len(second)) {
			return fmt.Errorf("the record is %+v", r)
		}
		return nil
	})
	fresh := w.File(t, Alice, key)
	w.Delete(t, Alice, key)
	for url, want := range map[string][]byte{old.URL: first, fresh.URL: second} {
		if a := w.Download(t, url); a.Status != http.StatusOK || !bytes.Equal(a.Body, want) {
			t.Errorf("the URL gave %d and %d bytes, want %d", a.Status, len(a.Body), len(want))
		}
	}
}

// neverInline: what a browser could run is always saved, whatever was asked.
func neverInline(t T, w *World) {
	for name, kind := range map[string]struct{ mime, want string }{
		"page.html": {"text/html", "attachment"},
		"image.svg": {"image/svg+xml", "attachment"},
		"photo.png": {"image/png", "inline"},
	} {
		key := w.Key(name)
		w.Upload(t, Alice, key, kind.mime, []byte("<script>alert(1)</script>"))
		w.Eventually(t, name, func() error { return w.known(t, Alice, key) })
		for _, ask := range []string{"", "&disposition=attachment", "&disposition=inline"} {
			var r Record
			w.Call(t, Request{Method: "GET", Path: "/api/file?key=" + key + ask, Owner: Alice}, &r)
			want := "attachment"
			if strings.HasSuffix(ask, "inline") {
				want = kind.want
			}
			if strings.HasPrefix(r.URL, w.URL()+"/") {
				t.Errorf("%s comes from the origin of the API and the console", name)
			}
			got := w.disposition(t, r.URL)
			if !strings.HasPrefix(got, want+";") || !strings.Contains(got, name) {
				t.Errorf("%s%s comes with Content-Disposition %q, want %s", name, ask, got, want)
			}
		}
	}
}

// disposition returns the Content-Disposition that a download comes with, or,
// where the store ignores it, that its URL asks for.
func (w *World) disposition(t T, signed string) string {
	t.Helper()
	a := w.Download(t, signed)
	if a.Status != http.StatusOK {
		t.Fatalf("the download gave %d %s", a.Status, a.Body)
	}
	if !w.Differences().NoResponseHeaders {
		return a.Header.Get("Content-Disposition")
	}
	u, err := url.Parse(signed)
	if err != nil {
		t.Fatalf("the download URL: %v", err)
	}
	return u.Query().Get("response-content-disposition")
}

// known returns nil once the catalog has the file.
func (w *World) known(t T, owner, key string) error {
	t.Helper()
	for _, r := range w.Listed(t, owner, key) {
		if r.Key == key {
			return nil
		}
	}
	return fmt.Errorf("%q is not listed", key)
}

// deleteTwice: deleting is idempotent for those who call it.
func deleteTwice(t T, w *World) {
	key := w.Key("twice.txt")
	w.Upload(t, Alice, key, "text/plain", []byte("x"))
	w.Arrives(t, Alice, key)
	w.Delete(t, Alice, key)
	w.Arrives(t, Alice)
	again := w.Do(t, Request{Method: "DELETE", Path: "/api/files?key=" + key, Owner: Alice})
	if again.Status != http.StatusOK {
		again.Refused(t, http.StatusNotFound, "not-found", "")
	}
	w.Call(t, Request{Method: "POST", Path: "/api/restore", Owner: Alice, Body: map[string]string{"key": key}}, nil)
	w.Arrives(t, Alice, key)
}
