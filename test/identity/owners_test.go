package identity

import (
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/bytepass/bytepass/runtime/auth/devissuer"
	"github.com/bytepass/bytepass/runtime/files"
	"github.com/bytepass/bytepass/runtime/server"
	"github.com/bytepass/bytepass/runtime/server/folder"
	"github.com/bytepass/bytepass/test/serve"
)

// town is a real server (verified tokens, SQLite, the embedded store) and what
// each of its owners has to find there, by key.
type town struct {
	door   Door
	issuer *devissuer.Issuer
	has    map[string]map[files.Key]string
	count  int
}

func newTown(t *testing.T) *town {
	s := serve.Run(t)
	f, err := folder.Open(s.Data, false)
	if err != nil {
		t.Fatal(err)
	}
	is, err := server.DevIssuer(f, strings.TrimPrefix(s.URL, "http://"), time.Now)
	if err != nil {
		t.Fatal(err)
	}
	return &town{door: Door{URL: s.URL, Client: serve.Client()}, issuer: is, has: map[string]map[files.Key]string{}}
}

// patience is how long a visit waits for what has to come. It is no target: a
// machine may be busy with other things.
const patience = 3 * time.Minute

// file is what is read of a file, a version or a signed URL.
type file struct{ Key, URL, VersionID, UploadID string }

// TestOwnersAreNeverConfused: whatever two owners are called, each finds his own
// files and nothing of the other's, by whatever route, and changes nothing there.
func TestOwnersAreNeverConfused(t *testing.T) {
	town := newTown(t)
	tried := 0
	rapid.Check(t, func(rt *rapid.T) {
		p := pairs.Draw(rt, "owners")
		v := &visit{T: rt, town: town, pair: p}
		for i := range 2 {
			v.tokens[i] = v.token(i)
			if !v.upload(i) {
				rt.Skip("this store has no room for such a key beside the others")
			}
		}
		tried++
		for i := range 2 {
			v.findsHisOwn(i)
			v.findsNothingElse(i, 1-i)
		}
		v.changesOnlyHisOwn(0, 1)
	})
	if tried < 50 {
		t.Errorf("only %d pairs of owners were tried", tried)
	}
}

// visit is one pair of owners in the town.
type visit struct {
	*rapid.T
	town *town
	pair
	tokens [2]string
}

// token returns a token of one owner, who is a member of a group that is called
// like the other.
func (v *visit) token(i int) string {
	token, err := v.town.issuer.Token(v.owners[i], []string{v.owners[1-i]}, time.Hour)
	if err != nil {
		v.Fatal(err)
	}
	return token
}

// call sends a request of one owner. Nothing may ever be a 5xx.
func (v *visit) call(i int, method, path string, query url.Values, body, out any) int {
	text, err := json.Marshal(body)
	if err != nil {
		v.Fatal(err)
	}
	r := request{method, path, string(text)}
	if body == nil {
		r.body = ""
	}
	if query != nil {
		r.path += "?" + query.Encode()
	}
	a := v.town.door.send(v.Context(), r, v.tokens[i])
	if a.err != nil || a.status >= 500 {
		v.Fatalf("%q: %s %s: %d %s, %v", v.owners[i], method, r.path, a.status, a.body, a.err)
	}
	if out != nil && a.status == http.StatusOK {
		if err := json.Unmarshal(a.body, out); err != nil {
			v.Fatalf("%s: %v", a.body, err)
		}
	}
	return a.status
}

// upload sends a file of one owner and waits until it is in his list; false if
// the store, a file system, cannot hold it.
func (v *visit) upload(i int) bool {
	v.town.count++
	content := fmt.Sprintf("%d of %q", v.town.count, v.owners[i])
	var signed file
	body := map[string]any{"key": v.keys[i], "mimeType": "text/plain", "size": len(content)}
	if status := v.call(i, "POST", "/api/presign", nil, body, &signed); status == http.StatusConflict || status == http.StatusBadRequest {
		return false
	} else if status != http.StatusOK {
		v.Fatalf("%q may not upload: %d", v.owners[i], status)
	}
	req, err := http.NewRequestWithContext(v.Context(), http.MethodPut, signed.URL, strings.NewReader(content))
	if err != nil {
		v.Fatal(err)
	}
	req.Header.Set("Content-Type", "text/plain")
	res, err := v.town.door.Client.Do(req)
	if err != nil {
		v.Fatal(err)
	}
	res.Body.Close()
	if res.StatusCode != http.StatusOK {
		v.Fatalf("PUT of %q: %s", signed.Key, res.Status)
	}
	if v.town.has[v.owners[i]] == nil {
		v.town.has[v.owners[i]] = map[files.Key]string{}
	}
	v.town.has[v.owners[i]][v.keys[i]] = content
	for deadline := time.Now().Add(patience); v.read(i, v.keys[i], "") != content; time.Sleep(2 * time.Millisecond) {
		if time.Now().After(deadline) {
			v.Fatalf("%q of %q does not arrive", v.keys[i], v.owners[i])
		}
	}
	return true
}

// read returns what one owner reads under a key; empty if there is nothing.
func (v *visit) read(i int, key files.Key, versionID string) string {
	query := url.Values{"key": {string(key)}}
	if versionID != "" {
		query.Set("versionId", versionID)
	}
	var f file
	if v.call(i, "GET", "/api/file", query, nil, &f) != http.StatusOK {
		return ""
	}
	res, err := v.town.door.Client.Get(f.URL)
	if err != nil {
		v.Fatal(err)
	}
	defer res.Body.Close()
	content, err := io.ReadAll(res.Body)
	if err != nil {
		v.Fatal(err)
	}
	return string(content)
}

// list returns the keys of a list of one owner.
func (v *visit) list(i int, path string, query url.Values) []files.Key {
	var page []file
	if status := v.call(i, "GET", path, query, nil, &page); status != http.StatusOK {
		v.Fatalf("%q may not list: %d", v.owners[i], status)
	}
	var keys []files.Key
	for _, f := range page {
		keys = append(keys, files.Key(f.Key))
	}
	return keys
}

// findsHisOwn: his list is exactly what he has, in byte order, and so are his bytes.
func (v *visit) findsHisOwn(i int) {
	has := v.town.has[v.owners[i]]
	want := slices.Sorted(maps.Keys(has))
	for _, query := range []url.Values{{"limit": {"1000"}}, {"limit": {"1000"}, "space": {"u/" + v.owners[i]}}} {
		if got := v.list(i, "/api/files", query); !slices.Equal(got, want) {
			v.Fatalf("%q has %q and finds %q", v.owners[i], want, got)
		}
	}
	after := v.keys[1-i] // where a page of the other's list could have ended
	want = slices.DeleteFunc(want, func(k files.Key) bool { return k <= after })
	if got := v.list(i, "/api/files", url.Values{"limit": {"1000"}, "cursor": {files.EncodeCursor(string(after))}}); !slices.Equal(got, want) {
		v.Fatalf("%q has %q after %q and finds %q", v.owners[i], want, after, got)
	}
	if got := v.read(i, v.keys[i], ""); got != has[v.keys[i]] {
		v.Fatalf("%q reads %q under %q, not %q", v.owners[i], got, v.keys[i], has[v.keys[i]])
	}
}

// findsNothingElse: no spelling of the other's name, version or upload opens
// anything of his.
func (v *visit) findsNothingElse(i, other int) {
	own := slices.Sorted(maps.Keys(v.town.has[v.owners[i]]))
	for _, space := range []string{"u/" + v.owners[other], "u/" + segment(v.owners[other]), "u/" + url.PathEscape(v.owners[other])} {
		query := url.Values{"limit": {"1000"}, "space": {space}}
		var page []file
		// The escaped form of his own space may be how the other is called.
		if v.call(i, "GET", "/api/files", query, nil, &page) == http.StatusOK && (space != "u/"+segment(v.owners[i]) && space != "u/"+v.owners[i] || len(page) != len(own)) {
			v.Fatalf("%q opens the space %q and finds %v", v.owners[i], space, page)
		}
	}
	if got := v.list(i, "/api/files", url.Values{"space": {"g/" + v.owners[other]}}); len(got) > 0 {
		v.Fatalf("the group %q has the files %q", v.owners[other], got)
	}
	for _, prefix := range []string{v.owners[other] + "/", "../", "u/"} {
		if prefix, err := files.ParsePrefix(prefix); err == nil {
			for _, key := range v.list(i, "/api/files", url.Values{"limit": {"1000"}, "prefix": {prefix}}) {
				if !slices.Contains(own, key) || !strings.HasPrefix(string(key), prefix) {
					v.Fatalf("%q finds %q below %q", v.owners[i], key, prefix)
				}
			}
		}
	}
	var his file
	v.call(other, "GET", "/api/file", url.Values{"key": {string(v.keys[other])}}, nil, &his)
	if got := v.read(i, v.keys[other], his.VersionID); his.VersionID == "" || got != "" {
		v.Fatalf("%q reads %q by the version %q of %q", v.owners[i], got, his.VersionID, v.owners[other])
	}
	restore := map[string]any{"key": v.keys[other], "versionId": his.VersionID}
	if status := v.call(i, "POST", "/api/restore", nil, restore, nil); status/100 != 4 {
		v.Fatalf("%q restores the version of %q: %d", v.owners[i], v.owners[other], status)
	}
	v.uploadIsHis(other, i)
}

// uploadIsHis: nobody else goes on with an upload in parts.
func (v *visit) uploadIsHis(i, other int) {
	var started file
	start := map[string]any{"key": v.keys[i], "mimeType": "text/plain", "size": 1}
	if status := v.call(i, "POST", "/api/uploads", nil, start, &started); status != http.StatusOK {
		v.Fatalf("%q may not upload in parts: %d", v.owners[i], status)
	}
	path := "/api/uploads/" + url.PathEscape(started.UploadID)
	key := url.Values{"key": {string(v.keys[i])}}
	if status := v.call(other, "GET", path, key, nil, nil); status/100 != 4 {
		v.Fatalf("%q sees an upload of %q: %d", v.owners[other], v.owners[i], status)
	}
	if got := v.list(other, "/api/uploads", key); len(got) > 0 {
		v.Fatalf("%q finds an upload of %q: %q", v.owners[other], v.owners[i], got)
	}
	v.call(other, "DELETE", path, key, nil, nil)
	if status := v.call(i, "GET", path, key, nil, nil); status != http.StatusOK {
		v.Fatalf("%q has aborted an upload of %q: %d", v.owners[other], v.owners[i], status)
	}
	v.call(i, "DELETE", path, key, nil, nil)
}

// changesOnlyHisOwn: one deletes his file, and under the other's key, and the
// other has lost nothing.
func (v *visit) changesOnlyHisOwn(i, other int) {
	for _, key := range v.keys {
		v.call(i, "DELETE", "/api/files", nil, map[string]any{"key": key}, nil)
		delete(v.town.has[v.owners[i]], key)
	}
	deleted := func(k files.Key) bool { return slices.Contains(v.keys[:], k) } // one by the same name from an earlier visit, too
	for deadline := time.Now().Add(patience); slices.ContainsFunc(v.list(i, "/api/files", url.Values{"limit": {"1000"}}), deleted); time.Sleep(2 * time.Millisecond) {
		if time.Now().After(deadline) {
			v.Fatalf("%q of %q stay in the list", v.keys, v.owners[i])
		}
	}
	v.findsHisOwn(other)
	if trash := v.list(other, "/api/trash", nil); slices.Contains(trash, v.keys[other]) {
		v.Fatalf("%q has %q in the trash", v.owners[other], trash)
	}
}
