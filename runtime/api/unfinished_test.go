package api

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/bytepass/bytepass/runtime/files"
)

// TestUnfinishedOfASpace follows the Link header through everything that a
// person has left behind.
func TestUnfinishedOfASpace(t *testing.T) {
	r := newStoreRig(t, nil)
	want := ""
	for i := range 5 {
		key := fmt.Sprintf("left/%d é", i)
		startUpload(t, r, completeBody(key, `,"mimeType":"","size":1`))
		want += key + ","
	}
	got, pages := "", 0
	for path := "/api/uploads?prefix=left/&limit=2"; path != ""; pages++ {
		res := r.do("alice", http.MethodGet, path, "")
		for _, u := range into[[]UnfinishedUpload](t, res) {
			got += u.Key + ","
			if u.UploadID == "" || u.StartedAt.IsZero() || u.PartCount != 0 {
				t.Errorf("unfinished %+v", u)
			}
		}
		link, _, _ := strings.Cut(strings.TrimPrefix(res.Header.Get("Link"), "<"), ">")
		path = link
	}
	if got != want || pages != 3 {
		t.Errorf("%d pages list %q, want %q", pages, got, want)
	}
	if others := into[[]UnfinishedUpload](t, r.do("bob", http.MethodGet, "/api/uploads?prefix=left/", "")); len(others) != 0 {
		t.Errorf("somebody else sees %+v", others)
	}
	wantProblem(t, r.do("alice", http.MethodGet, "/api/uploads?key=a&prefix=b", ""), http.StatusBadRequest, files.CodeInvalidField, "key")
	wantProblem(t, r.do("alice", http.MethodGet, "/api/uploads?cursor=!", ""), http.StatusBadRequest, files.CodeInvalidCursor, "cursor")
}
