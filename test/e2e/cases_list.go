package e2e

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
)

// paging: pages follow each other by the Link header, in byte order, without
// loss or repetition, whatever is deleted meanwhile.
func paging(t T, w *World) {
	var keys []string
	for i := range 7 {
		keys = append(keys, w.Key(fmt.Sprintf("%d &é.txt", i)))
		w.Upload(t, Alice, keys[i], "text/plain", []byte("x"))
	}
	w.Arrives(t, Alice, keys...)

	path := "/api/files?limit=3&prefix=" + url.QueryEscape(w.Folder())
	var got []string
	for page := 1; path != ""; page++ {
		records, next := w.List(t, Alice, path)
		if len(records) != 3 && next != "" {
			t.Errorf("page %d has %d files and is not the last", page, len(records))
		}
		for _, r := range records {
			got = append(got, r.Key)
		}
		path = next
	}
	if err := sameKeys(got, keys); err != nil {
		t.Errorf("the pages together: %v", err)
	}

	// A cursor is a place, not a state: deleting the file it names moves nothing.
	_, next := w.List(t, Alice, "/api/files?limit=3&prefix="+url.QueryEscape(w.Folder()))
	w.Delete(t, Alice, keys[2])
	w.Arrives(t, Alice, append(append([]string{}, keys[:2]...), keys[3:]...)...)
	records, _ := w.List(t, Alice, next)
	if len(records) != 3 || records[0].Key != keys[3] {
		t.Errorf("the second page after a deletion on the first: %+v", records)
	}
	if none := w.Listed(t, Alice, w.Key("no such prefix")); len(none) != 0 {
		t.Errorf("a prefix without files lists %v", none)
	}
}

// folders: the next segments below a prefix, each once, paged like the list.
func folders(t T, w *World) {
	keys := []string{"a.txt", "b/1", "b/2", "b/c/3", "d e/é/4", "z"}
	for i, name := range keys {
		keys[i] = w.Key(name)
		w.Upload(t, Alice, keys[i], "text/plain", []byte("x"))
	}
	w.Arrives(t, Alice, keys...)
	for prefix, want := range map[string]string{
		w.Folder():       "a.txt b/ d e/ z",
		w.Key("b/"):      "1 2 c/",
		w.Key("d e/é/"):  "4",
		w.Key("nothing"): "",
	} {
		for _, limit := range []int{1, 100} {
			if got := w.segments(t, prefix, limit); got != want {
				t.Errorf("below %q (limit %d): %q, want %q", prefix, limit, got, want)
			}
		}
	}
}

// segments returns what /api/folders lists below a prefix, over all pages.
func (w *World) segments(t T, prefix string, limit int) string {
	t.Helper()
	var names []string
	path := fmt.Sprintf("/api/folders?limit=%d&prefix=%s", limit, url.QueryEscape(prefix))
	for path != "" {
		var page []struct {
			Type, Name, Prefix string
			File               *Record
		}
		a := w.Call(t, Request{Method: "GET", Path: path, Owner: Alice}, &page)
		for _, entry := range page {
			switch {
			case entry.Type == "folder" && entry.Prefix == prefix+entry.Name+"/":
				entry.Name += "/"
			case entry.Type != "file" || entry.File == nil || entry.File.Key != prefix+entry.Name:
				t.Errorf("below %q there is the entry %+v", prefix, entry)
			}
			names = append(names, entry.Name)
		}
		path = a.next(t)
	}
	return strings.Join(names, " ")
}

// history: every version is listed, newest first, for exactly this key, and an
// older one can be put on top again.
func history(t T, w *World) {
	key, neighbour := w.Key("ab"), w.Key("abc")
	w.Upload(t, Alice, neighbour, "text/plain", []byte("neighbour"))
	for _, body := range []string{"one", "two", "three"} {
		w.Upload(t, Alice, key, "text/plain", []byte(body))
	}
	w.Arrives(t, Alice, key, neighbour)
	w.Delete(t, Alice, key)
	w.Arrives(t, Alice, neighbour)

	versions := w.versions(t, Alice, key)
	if len(versions) != 4 || !versions[0].DeleteMarker || !versions[0].Latest {
		t.Fatalf("the history is %+v, want a marker on three versions", versions)
	}
	oldest := versions[3]
	if oldest.Size != 3 || oldest.DeleteMarker || oldest.Latest {
		t.Errorf("the oldest version is %+v", oldest)
	}
	w.Call(t, Request{Method: "POST", Path: "/api/restore", Owner: Alice,
		Body: map[string]string{"key": key, "versionId": oldest.VersionID}}, nil)
	w.Arrives(t, Alice, key, neighbour)
	r := w.File(t, Alice, key)
	if got := w.Download(t, r.URL); string(got.Body) != "one" {
		t.Errorf("the restored version reads %d %q", got.Status, got.Body)
	}
	if r.VersionID == oldest.VersionID {
		t.Error("an older version is restored on top, as a new one")
	}
	var pinned Record
	w.Call(t, Request{Method: "GET", Path: "/api/file?key=" + url.QueryEscape(key) + "&versionId=" + url.QueryEscape(versions[1].VersionID), Owner: Alice}, &pinned)
	if got := w.Download(t, pinned.URL); string(got.Body) != "three" {
		t.Errorf("the version asked for reads %d %q", got.Status, got.Body)
	}
	w.Do(t, Request{Method: "POST", Path: "/api/restore", Owner: Alice,
		Body: map[string]string{"key": key, "versionId": "no-such-version"}}).Refused(t, http.StatusNotFound, "not-found", "")
	w.Do(t, Request{Method: "POST", Path: "/api/restore", Owner: Alice,
		Body: map[string]string{"key": w.Key("never")}}).Refused(t, http.StatusNotFound, "not-found", "")
	if got := w.Download(t, w.File(t, Alice, neighbour).URL); string(got.Body) != "neighbour" {
		t.Errorf("the neighbour reads %q", got.Body)
	}
}

// Version is one entry of a key's history.
type Version struct {
	VersionID            string
	Latest, DeleteMarker bool
	Size                 int64
}

// versions reads the history of a key in pages of two.
func (w *World) versions(t T, owner, key string) []Version {
	t.Helper()
	var all []Version
	for path := "/api/versions?limit=2&key=" + url.QueryEscape(key); path != ""; {
		var page []Version
		path = w.Call(t, Request{Method: "GET", Path: path, Owner: owner}, &page).next(t)
		all = append(all, page...)
	}
	return all
}
