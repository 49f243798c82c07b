package api

import (
	"net/http"
	"net/url"
	"testing"
	"time"

	"github.com/bytepass/bytepass/runtime/files"
)

func TestFile(t *testing.T) {
	r := newRig(t, nil)
	alice := person(t, "alice")
	r.put(alice, "a.png", nil)
	r.put(alice, "a.png", nil)
	r.put(alice, "page.svg", func(f *files.Record) { f.MimeType = "image/svg+xml" })
	r.put(alice, "doc.pdf", func(f *files.Record) { f.MimeType = "application/pdf" })
	for query, want := range map[string]struct{ version, disposition string }{
		"key=a.png":                                  {"v02", `attachment; filename="a.png"`},
		"key=a.png&disposition=attachment":           {"v02", `attachment; filename="a.png"`},
		"key=a.png&disposition=inline":               {"v02", `inline; filename="a.png"`},
		"key=a.png&versionId=v02":                    {"v02", `attachment; filename="a.png"`},
		"key=a.png&versionId=v01":                    {"v01", `attachment; filename="a.png"`},
		"key=a.png&versionId=v01&disposition=inline": {"v01", `attachment; filename="a.png"`}, // its type is not known
		"key=page.svg&disposition=inline":            {"v03", `attachment; filename="page.svg"`},
		"key=doc.pdf&disposition=inline":             {"v04", `attachment; filename="doc.pdf"`},
	} {
		got := into[File](t, r.do("alice", http.MethodGet, "/api/file?"+query, ""))
		u, err := url.Parse(got.URL)
		if err != nil {
			t.Fatal(err)
		}
		if q := u.Query(); got.VersionID != want.version || q.Get("versionId") != want.version || q.Get("response-content-disposition") != want.disposition {
			t.Errorf("%s: %s, %s, %s", query, got.VersionID, q.Get("versionId"), q.Get("response-content-disposition"))
		}
		if got.Bucket != "bucket" || got.Size != 5 || got.Status != "stored" {
			t.Errorf("%s: %+v", query, got)
		}
	}
}

func TestFileThatIsNotThere(t *testing.T) {
	r := newRig(t, nil)
	alice := person(t, "alice")
	gone := r.put(alice, "gone", func(f *files.Record) {
		f.Status, f.DeletedAt, f.ExpiresAt = files.Deleted, start, start.Add(time.Hour)
	})
	r.put(alice, "refused", func(f *files.Record) { f.Status, f.Reason = files.Rejected, "too long" })
	r.put(alice, "stored", nil)
	r.put(person(t, "bob"), "secret", nil)
	marker, err := r.bucket.Delete(t.Context(), "u/alice/gone")
	if err != nil {
		t.Fatal(err)
	}
	for query, field := range map[string]string{
		"key=none": "key", "key=gone": "key", "key=refused": "key", "key=secret": "key", "key=STORED": "key", "key=store": "key",
		"key=stored&versionId=v99": "versionId", "key=gone&versionId=" + marker: "versionId", "key=none&versionId=v01": "versionId",
	} {
		wantProblem(t, r.do("alice", http.MethodGet, "/api/file?"+query, ""), http.StatusNotFound, files.CodeNotFound, field)
	}
	// What was deleted can be read by its version.
	if got := into[File](t, r.do("alice", http.MethodGet, "/api/file?key=gone&versionId="+gone.VersionID, "")); got.VersionID != gone.VersionID || got.URL == "" {
		t.Errorf("got %+v", got)
	}
	for query, want := range map[string]struct {
		code  files.Code
		field string
	}{
		"":                          {files.CodeInvalidKey, "key"},
		"key=":                      {files.CodeInvalidKey, "key"},
		"key=../bob/secret":         {files.CodeInvalidKey, "key"},
		"key=a&key=b":               {files.CodeInvalidField, "key"},
		"key=a&disposition=preview": {files.CodeInvalidField, "disposition"},
	} {
		wantProblem(t, r.do("alice", http.MethodGet, "/api/file?"+query, ""), http.StatusBadRequest, want.code, want.field)
	}
}
