package e2e

import (
	"cmp"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"maps"
	"net/http"
	"strings"
)

// checksum: with a declared SHA-256 only the right bytes arrive; on a store
// without checksums any do, and the record has none.
func checksum(t T, w *World) {
	key, body := w.Key("sum.bin"), []byte("exactly these")
	sum := sha256.Sum256(body)
	encoded := base64.StdEncoding.EncodeToString(sum[:])
	p := w.Presign(t, Alice, key, "application/octet-stream", len(body), map[string]any{"checksumSHA256": encoded})
	want := encoded
	if w.Differences().NoChecksums {
		want = ""
	} else if a := w.Put(t, p, []byte("exactly THESE"), nil); a.Status/100 != 4 {
		t.Errorf("other bytes were answered %d", a.Status)
	}
	if w.head(t, Alice, key) != nil {
		t.Fatalf("other bytes were stored")
	}
	if a := w.Put(t, p, body, nil); a.Status != http.StatusOK {
		t.Fatalf("the right bytes: %d %s", a.Status, a.Body)
	}
	w.Arrives(t, Alice, key)
	if r := w.File(t, Alice, key); r.ChecksumSHA256 != want {
		t.Errorf("the record's checksum is %q, want %q", r.ChecksumSHA256, want)
	}
	for _, bad := range []string{"x", encoded + "=", "AAAA"} {
		a := w.Do(t, Request{Method: "POST", Path: "/api/presign", Owner: Alice,
			Body: map[string]any{"key": key, "mimeType": "text/plain", "size": 1, "checksumSHA256": bad}})
		a.Refused(t, http.StatusBadRequest, "invalid-checksum", "checksumSHA256")
	}
}

// noOverwrite: overwrite:false stores once and never replaces; on a store
// without conditions the older version stays in the history.
func noOverwrite(t T, w *World) {
	key := w.Key("once.txt")
	options := map[string]any{"overwrite": false}
	p := w.Presign(t, Alice, key, "text/plain", 5, options)
	if a := w.Put(t, p, []byte("first"), map[string]string{"If-None-Match": ""}); a.Status != cmp.Or(w.Differences().LeftOut, http.StatusForbidden) {
		t.Errorf("without the signed If-None-Match: %d", a.Status)
	}
	if a := w.Put(t, p, []byte("first"), nil); a.Status != http.StatusOK {
		t.Fatalf("the first PUT: %d %s", a.Status, a.Body)
	}
	status, want, versions := http.StatusPreconditionFailed, "first", 1
	if w.Differences().NoConditions {
		status, want, versions = http.StatusOK, "other", 3
	}
	if a := w.Put(t, p, []byte("again"), nil); a.Status != status {
		t.Errorf("the second PUT: %d, want %d", a.Status, status)
	}
	other := w.Presign(t, Alice, key, "text/plain", 5, options)
	if a := w.Put(t, other, []byte("other"), nil); a.Status != status {
		t.Errorf("a PUT by another URL: %d, want %d", a.Status, status)
	}
	w.Eventually(t, "the file", func() error {
		if got := w.versions(t, Alice, key); len(got) != versions {
			return fmt.Errorf("there are %d versions, want %d", len(got), versions)
		}
		if err := w.known(t, Alice, key); err != nil {
			return err
		}
		if got := w.Download(t, w.File(t, Alice, key).URL); string(got.Body) != want {
			return fmt.Errorf("it reads %q, want %q", got.Body, want)
		}
		return nil
	})
}

// metadata travels with the object, in every script, and nobody can change it
// who only holds the URL.
func metadata(t T, w *World) {
	key := w.Key("with.txt")
	want := map[string]string{"project": "größe/日本 🚀", "note": `"quoted" \ & <b>`, "empty": ""}
	p := w.Presign(t, Alice, key, "text/plain", 4, map[string]any{"metadata": want})
	forged := map[string]string{"x-amz-meta-bytepass": `{"m":{"project":"forged"}}`}
	if a := w.Put(t, p, []byte("meta"), forged); a.Status != http.StatusForbidden {
		t.Errorf("a changed declaration was answered %d", a.Status)
	}
	if a := w.Put(t, p, []byte("meta"), nil); a.Status != http.StatusOK {
		t.Fatalf("PUT: %d %s", a.Status, a.Body)
	}
	w.Arrives(t, Alice, key)
	if r := w.File(t, Alice, key); !maps.Equal(r.Metadata, want) {
		t.Errorf("the record's metadata is %q, want %q", r.Metadata, want)
	}
	for name, bad := range map[string]any{
		"a control character": map[string]string{"a": "\x00"},
		"no name":             map[string]string{"": "x"},
		"too large":           map[string]string{"a": strings.Repeat("é", 1000)},
		"not an object":       7,
	} {
		a := w.Do(t, Request{Method: "POST", Path: "/api/presign", Owner: Alice,
			Body: map[string]any{"key": key, "mimeType": "text/plain", "size": 1, "metadata": bad}})
		if p := a.Refused(t, http.StatusBadRequest, "", ""); !strings.HasPrefix(p.Field, "metadata") {
			t.Errorf("%s: the field is %q", name, p.Field)
		}
	}
}

// emptyType: browsers know no type for some files; then none is signed.
func emptyType(t T, w *World) {
	key := w.Key("unknown")
	w.Upload(t, Alice, key, "", []byte("bytes"))
	w.Arrives(t, Alice, key)
	if got := w.Download(t, w.File(t, Alice, key).URL); string(got.Body) != "bytes" {
		t.Errorf("the file reads %d %q", got.Status, got.Body)
	}
}
