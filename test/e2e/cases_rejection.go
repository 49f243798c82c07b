package e2e

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/bytepass/bytepass/runtime/files"
)

// rejection: what is not what was declared ends as a delete marker and a
// record that says why. Nothing is lost: the version is still there.
func rejection(t T, w *World) {
	size, limit := int64(3), int64(4)
	for name, d := range map[string]files.Declaration{
		"wrong-size": {Size: &size},
		"too-large":  {MaxSize: &limit},
		"wrong-type": {Type: "image/png"},
	} {
		key := w.Key(name)
		w.plant(t, Alice, key, "text/plain", []byte("five!"), d)
		r := w.rejected(t, key)
		if r.Reason == "" || r.Status != "rejected" || r.VersionID == "" {
			t.Errorf("the rejected record is %+v", r)
		}
		if h := w.head(t, Alice, key); h != nil {
			t.Errorf("%s is still there", name)
		}
		w.Do(t, Request{Method: "GET", Path: "/api/file?key=" + key, Owner: Alice}).Refused(t, http.StatusNotFound, "", "")
		versions := w.versions(t, Alice, key)
		if len(versions) != 2 || !versions[0].DeleteMarker || versions[1].VersionID != r.VersionID {
			t.Errorf("the history of %s is %+v, want a marker on the rejected version", name, versions)
		}
	}
	if listed := w.Listed(t, Alice, w.Folder()); len(listed) != 0 {
		t.Errorf("rejected files are listed: %+v", listed)
	}
}

// rejected waits for the rejected record of one of Alice's keys.
func (w *World) rejected(t T, key string) (found Record) {
	t.Helper()
	w.Eventually(t, "the rejection of "+key, func() error {
		for _, r := range w.pages(t, Alice, "/api/rejected?prefix="+url.QueryEscape(key)) {
			if r.Key == key {
				found = r
				return w.gone(t, key)
			}
		}
		return fmt.Errorf("no rejected record")
	})
	return found
}

// gone returns nil when the bucket shows none of Alice's files under key: the
// record comes first, then the marker.
func (w *World) gone(t T, key string) error {
	if w.head(t, Alice, key) != nil {
		return fmt.Errorf("the object is still there")
	}
	return nil
}

// rejectionSparesNewer: a good version that comes right after a bad one stays;
// on a store that loses what meets a deletion, one that comes after the bad one
// was rejected.
func rejectionSparesNewer(t T, w *World) {
	size := int64(3)
	for i := range 5 {
		key := w.Key(fmt.Sprintf("race-%d.txt", i))
		w.plant(t, Alice, key, "text/plain", []byte("bad version"), files.Declaration{Size: &size})
		if w.Differences().LosesRaces {
			w.rejected(t, key)
		}
		w.plant(t, Alice, key, "text/plain", []byte("good"), files.Declaration{})
		w.Eventually(t, "the good version", func() error { return w.known(t, Alice, key) })
		if got := w.Download(t, w.File(t, Alice, key).URL); string(got.Body) != "good" {
			t.Errorf("the file reads %d %q", got.Status, got.Body)
		}
		if h := w.head(t, Alice, key); h == nil || *h.ContentLength != 4 {
			t.Error("the good version was hit")
		}
	}
}

// limitAtIngest: a URL without a size carries the limit in its signed query,
// so the file is judged by it after arrival.
func limitAtIngest(t T, w *World) {
	key := w.Key("free.txt")
	w.putWithoutSize(t, key, []byte("any length"))
	w.Arrives(t, Alice, key)
	header := w.head(t, Alice, key).Metadata[files.DeclarationMeta]
	if w.Differences().NoQueryMetadata {
		if header != "" {
			t.Errorf("the store keeps the declaration %s after all", header)
		}
		return
	}
	declared, ok := files.ParseDeclaration(header)
	if !ok || declared.MaxSize == nil || *declared.MaxSize <= 0 {
		t.Errorf("the object carries no limit: %+v", declared)
	}
}

// beyondLimit: on a deployment with a limit of some kilobytes, what came by a
// URL without a size stays up to the limit, and is rejected beyond it.
func beyondLimit(limit int) func(T, *World) {
	return func(t T, w *World) {
		good, bad := w.Key("good.bin"), w.Key("bad.bin")
		w.putWithoutSize(t, good, make([]byte, limit))
		w.putWithoutSize(t, bad, make([]byte, limit+1))
		if r := w.rejected(t, bad); !strings.Contains(r.Reason, fmt.Sprint(limit)) {
			t.Errorf("the reason does not name the limit: %+v", r)
		}
		w.Arrives(t, Alice, good)
		if versions := w.versions(t, Alice, bad); len(versions) != 2 || !versions[0].DeleteMarker {
			t.Errorf("the history is %+v, want a marker on the rejected version", versions)
		}
	}
}

// putWithoutSize uploads one of Alice's files by POST /api/upload-url, which is
// not told how large it is.
func (w *World) putWithoutSize(t T, key string, body []byte) {
	t.Helper()
	var p Presigned
	w.Call(t, Request{Method: "POST", Path: "/api/upload-url", Owner: Alice, Body: map[string]string{"filename": key, "fileType": "text/plain"}}, &p)
	if a := w.Put(t, Presigned{URL: p.URL, Headers: map[string]string{"Content-Type": "text/plain"}}, body, nil); a.Status != http.StatusOK {
		t.Fatalf("PUT: %d %s", a.Status, a.Body)
	}
}
