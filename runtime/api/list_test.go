package api

import (
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/bytepass/bytepass/runtime/files"
)

var nextLink = regexp.MustCompile(`^<(/api/[^>]+)>; rel="next"$`)

// pages follows the Link headers from the first page and returns all bodies.
func pages[T any](t *testing.T, r *rig, as, target string) [][]T {
	t.Helper()
	var all [][]T
	for target != "" {
		got := r.do(as, http.MethodGet, target, "")
		all = append(all, into[[]T](t, got))
		target = ""
		if link := got.Header.Get("Link"); link != "" {
			next := nextLink.FindStringSubmatch(link)
			if next == nil {
				t.Fatalf("the link is %s", link)
			}
			target = next[1]
		}
		if len(all) > 1000 {
			t.Fatal("the pages never end")
		}
	}
	return all
}

func keysOf(list []File) []string {
	keys := []string{}
	for _, f := range list {
		keys = append(keys, f.Key)
	}
	return keys
}

func TestListOneFile(t *testing.T) {
	r := newRig(t, nil)
	alice := person(t, "alice")
	r.put(alice, "photos/a.png", func(f *files.Record) {
		f.Metadata, f.Name, f.ChecksumSHA256 = map[string]string{"album": "summer"}, "Béach.png", emptySum
	})
	list := into[[]File](t, r.do("alice", http.MethodGet, "/api/files", ""))
	if len(list) != 1 {
		t.Fatalf("got %+v", list)
	}
	got := list[0]
	u, err := url.Parse(got.URL)
	if err != nil {
		t.Fatal(err)
	}
	q := u.Query()
	if u.Path != "/u/alice/photos/a.png" || q.Get("versionId") != "v01" || q.Get("X-Amz-Expires") != "900" ||
		q.Get("response-content-disposition") != `attachment; filename="B_ach.png"; filename*=UTF-8''B%C3%A9ach.png` ||
		q.Get("response-cache-control") != "private, max-age=900" {
		t.Errorf("the URL is %s", got.URL)
	}
	got.URL = ""
	if expires := got.URLExpiresAt; expires == nil || !expires.Equal(start.Add(15*time.Minute)) {
		t.Errorf("it expires %v", expires)
	}
	got.URLExpiresAt = nil
	want := File{
		ID: files.RecordID(alice, "photos/a.png"), Key: "photos/a.png", Bucket: "bucket", Size: 5, MimeType: "image/png", ETag: "etag",
		VersionID: "v01", UploadedAt: start, Metadata: map[string]string{"album": "summer"}, Name: "Béach.png", ChecksumSHA256: emptySum,
		Status: "stored", UserID: "alice",
	}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
}

func TestAnEmptyListIsAList(t *testing.T) {
	r := newRig(t, nil)
	for _, path := range []string{"/api/files", "/api/folders", "/api/trash", "/api/rejected"} {
		got := r.do("alice", http.MethodGet, path, "")
		if strings.TrimSpace(string(got.body)) != "[]" || got.Header.Get("Link") != "" {
			t.Errorf("%s: %s, %q", path, got.body, got.Header.Get("Link"))
		}
	}
}

func TestPaging(t *testing.T) {
	r := newRig(t, nil)
	alice := person(t, "alice")
	var keys []string
	for i := range 25 {
		key := fmt.Sprintf("é &?/%02d", i)
		keys = append(keys, key)
		r.put(alice, files.Key(key), nil)
	}
	r.put(alice, "other", nil)
	r.put(person(t, "bob"), "é &?/bob", nil)
	for limit, sizes := range map[int][]int{10: {10, 10, 5}, 25: {25, 0}, 26: {25}, 1: slices.Repeat([]int{1}, 25)} {
		got := pages[File](t, r, "alice", fmt.Sprintf("/api/files?prefix=%s&limit=%d", url.QueryEscape("é &"), limit))
		var all []string
		for i, page := range got {
			all = append(all, keysOf(page)...)
			if limit != 1 && len(page) != sizes[i] {
				t.Errorf("limit %d: page %d has %d entries", limit, i, len(page))
			}
		}
		if !slices.Equal(all, keys) {
			t.Errorf("limit %d: %q", limit, all)
		}
	}
}

// A page ends before an answer is too big for a function.
func TestPagesAreBoundedInBytes(t *testing.T) {
	r := newRig(t, nil)
	alice := person(t, "alice")
	const count = 1000
	for i := range count {
		r.put(alice, files.Key(fmt.Sprintf("%04d%s", i, strings.Repeat("é", 480))), func(f *files.Record) {
			f.Metadata = map[string]string{"x": strings.Repeat("é", 800)}
		})
	}
	total := 0
	for target := "/api/files?limit=1000"; target != ""; {
		got := r.do("alice", http.MethodGet, target, "")
		total += len(into[[]File](t, got))
		if len(got.body) > 6<<20 {
			t.Fatalf("a page has %d bytes", len(got.body))
		}
		target, _, _ = strings.Cut(strings.TrimPrefix(got.Header.Get("Link"), "<"), ">")
	}
	if total != count {
		t.Errorf("%d of %d files were listed", total, count)
	}
}

func TestTrashAndRejected(t *testing.T) {
	r := newRig(t, nil)
	alice := person(t, "alice")
	r.put(alice, "stored", nil)
	r.put(alice, "gone", func(f *files.Record) {
		f.Status, f.DeletedAt, f.ExpiresAt = files.Deleted, start, start.Add(time.Hour)
	})
	r.put(alice, "forgotten", func(f *files.Record) {
		f.Status, f.DeletedAt, f.ExpiresAt = files.Deleted, start, start
	})
	r.put(alice, "refused", func(f *files.Record) { f.Status, f.Reason = files.Rejected, "6 bytes arrived, 5 were declared" })

	trash := into[[]File](t, r.do("alice", http.MethodGet, "/api/trash", ""))
	if len(trash) != 1 || trash[0].Key != "gone" || trash[0].Status != "deleted" || trash[0].DeletedAt == nil || trash[0].URL != "" {
		t.Errorf("the trash is %+v", trash)
	}
	rejected := into[[]File](t, r.do("alice", http.MethodGet, "/api/rejected", ""))
	if len(rejected) != 1 || rejected[0].Key != "refused" || rejected[0].Reason != "6 bytes arrived, 5 were declared" || rejected[0].URL != "" {
		t.Errorf("rejected are %+v", rejected)
	}
	if list := into[[]File](t, r.do("alice", http.MethodGet, "/api/files", "")); len(list) != 1 || list[0].Key != "stored" {
		t.Errorf("the list is %+v", list)
	}
}

func TestFolders(t *testing.T) {
	r := newRig(t, nil)
	alice := person(t, "alice")
	for _, key := range []files.Key{"a.txt", "photos/1.png", "photos/2025/2.png", "photos/2026/3.png", "photos.txt", "z/deep/er/4.png"} {
		r.put(alice, key, nil)
	}
	for prefix, want := range map[string]string{
		"":        "file a.txt, file photos.txt, folder photos → photos/, folder z → z/",
		"photos/": "file 1.png, folder 2025 → photos/2025/, folder 2026 → photos/2026/",
		"z/":      "folder deep → z/deep/",
		"none/":   "",
	} {
		for _, limit := range []int{1, 2, 100} {
			var got []string
			for _, page := range pages[Entry](t, r, "alice", fmt.Sprintf("/api/folders?prefix=%s&limit=%d", prefix, limit)) {
				for _, e := range page {
					text := e.Type + " " + e.Name
					if e.Type == "folder" {
						text += " → " + e.Prefix
					}
					if (e.Type == "file") != (e.File != nil && e.File.URL != "") {
						t.Errorf("%+v", e)
					}
					got = append(got, text)
				}
			}
			if strings.Join(got, ", ") != want {
				t.Errorf("%q by %d: %q; want %q", prefix, limit, strings.Join(got, ", "), want)
			}
		}
	}
}

func TestListRefuses(t *testing.T) {
	r := newRig(t, nil)
	for query, tc := range map[string]struct {
		code  files.Code
		field string
	}{
		"limit=0":                    {files.CodeInvalidLimit, "limit"},
		"limit=-1":                   {files.CodeInvalidLimit, "limit"},
		"limit=1001":                 {files.CodeInvalidLimit, "limit"},
		"limit=x":                    {files.CodeInvalidLimit, "limit"},
		"limit=1.5":                  {files.CodeInvalidLimit, "limit"},
		"limit=99999999999999999999": {files.CodeInvalidLimit, "limit"},
		"limit":                      {"", ""}, // as if it were not there
		"cursor=!":                   {files.CodeInvalidCursor, "cursor"},
		"cursor=_w":                  {files.CodeInvalidCursor, "cursor"},
		"prefix=%00":                 {files.CodeInvalidField, "prefix"},
		"prefix=%ff":                 {files.CodeInvalidField, "prefix"},
		"prefix=%zz":                 {files.CodeInvalid, ""},
		"prefix=a;b":                 {files.CodeInvalid, ""},
		"prefix=a&prefix=b":          {files.CodeInvalidField, "prefix"},
		"prefx=a":                    {files.CodeInvalidField, "prefx"},
	} {
		for _, path := range []string{"/api/files", "/api/folders", "/api/trash", "/api/rejected"} {
			got := r.do("alice", http.MethodGet, path+"?"+query, "")
			if tc.code == "" {
				into[[]any](t, got)
				continue
			}
			wantProblem(t, got, http.StatusBadRequest, tc.code, tc.field)
		}
	}
}

func TestListNeedsItsCapabilities(t *testing.T) {
	for _, change := range []func(*Config){func(c *Config) { c.Catalog = nil }, func(c *Config) { c.Downloads = nil }} {
		r := newRig(t, change)
		for _, path := range []string{"/api/files", "/api/folders", "/api/file?key=a"} {
			wantProblem(t, r.do("alice", http.MethodGet, path, ""), http.StatusNotFound, files.CodeNotServed, "")
		}
	}
}

// A cursor of somebody else opens nothing: it is a place in one's own space.
func TestForgedCursors(t *testing.T) {
	r := newRig(t, nil)
	r.put(person(t, "alice"), "mine", nil)
	r.put(person(t, "bob"), "a/secret", nil)
	for _, last := range []string{"", "a", "u/bob/", "../bob/", "/u/bob/a"} {
		got := r.do("alice", http.MethodGet, "/api/files?cursor="+files.EncodeCursor(last), "")
		for _, f := range into[[]File](t, got) {
			if f.Key != "mine" || f.UserID != "alice" {
				t.Errorf("the cursor after %q shows %+v", last, f)
			}
		}
	}
}
