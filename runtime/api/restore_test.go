package api

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/bytepass/bytepass/runtime/files"
)

// life gives an object a history, oldest first: a version "v", a version over
// 5 GB "V", a delete marker "x". It returns their ids.
func (r *rig) life(object, life string) (ids []string) {
	for _, step := range life {
		switch step {
		case 'v':
			ids = append(ids, r.bucket.put(object, 5))
		case 'V':
			ids = append(ids, r.bucket.put(object, 6<<30))
		case 'x':
			ids = append(ids, r.bucket.push(object, files.Version{DeleteMarker: true}))
		}
	}
	return ids
}

// lifeOf returns the history of an object, written as life takes it.
func (r *rig) lifeOf(object string) string {
	life := ""
	for _, v := range slices.Backward(r.bucket.versions[object]) {
		switch {
		case v.DeleteMarker:
			life += "x"
		case v.Size > 5<<30:
			life += "V"
		default:
			life += "v"
		}
	}
	return life
}

func TestRestore(t *testing.T) {
	for name, tc := range map[string]struct {
		before string
		wanted int // which entry is asked for; -1 for none
		after  string
		onTop  int // which entry is on top then; -1 for a new one
	}{
		"undelete":                       {"vx", -1, "v", 0},
		"undelete twice deleted":         {"vxx", -1, "v", 0},
		"undelete the newest":            {"vvx", -1, "vv", 1},
		"undelete by name":               {"vvx", 1, "vv", 1},
		"nothing to do":                  {"v", -1, "v", 0},
		"nothing to do, by name":         {"vv", 1, "vv", 1},
		"older version":                  {"vvv", 0, "vvvv", -1},
		"older version of a deleted one": {"vvx", 0, "vvxv", -1},
		"older than a deletion":          {"vxvx", 0, "vxvxv", -1},
		"undelete something large":       {"Vx", -1, "V", 0},
	} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t, nil)
			ids := r.life("u/alice/a", tc.before)
			body := `{"key":"a"}`
			if tc.wanted >= 0 {
				body = `{"key":"a","versionId":"` + ids[tc.wanted] + `"}`
			}
			got := into[Done](t, r.do("alice", http.MethodPost, "/api/restore", body))
			top := r.bucket.versions["u/alice/a"][0].VersionID
			if !got.Success || got.Key != "a" || got.VersionID != top || r.lifeOf("u/alice/a") != tc.after {
				t.Errorf("%+v leaves %s, %s on top", got, r.lifeOf("u/alice/a"), top)
			}
			if tc.onTop >= 0 && top != ids[tc.onTop] {
				t.Errorf("%s is on top of %v", top, ids)
			}
		})
	}
}

// Asking again without a version changes nothing more.
func TestRestoreAgain(t *testing.T) {
	r := newRig(t, nil)
	r.life("u/alice/a", "vvx")
	first := into[Done](t, r.do("alice", http.MethodPost, "/api/restore", `{"key":"a"}`))
	again := into[Done](t, r.do("alice", http.MethodPost, "/api/restore", `{"key":"a"}`))
	if first != again || r.lifeOf("u/alice/a") != "vv" {
		t.Errorf("%+v, then %+v leave %s", first, again, r.lifeOf("u/alice/a"))
	}
}

func TestRestoreRefuses(t *testing.T) {
	r := newRig(t, nil)
	r.life("u/bob/secret", "vx")
	r.life("u/alice/erased", "xx")
	ids := r.life("u/alice/a", "Vvx")
	for name, tc := range map[string]struct {
		body   string
		status int
		code   files.Code
		field  string
	}{
		"never there":      {`{"key":"none"}`, http.StatusNotFound, files.CodeNotFound, "key"},
		"of another owner": {`{"key":"secret"}`, http.StatusNotFound, files.CodeNotFound, "key"},
		"only markers":     {`{"key":"erased"}`, http.StatusNotFound, files.CodeNotFound, "key"},
		"no such version":  {`{"key":"a","versionId":"v99"}`, http.StatusNotFound, files.CodeNotFound, "versionId"},
		"a marker":         {`{"key":"a","versionId":"` + ids[2] + `"}`, http.StatusBadRequest, files.CodeInvalidField, "versionId"},
		"too large":        {`{"key":"a","versionId":"` + ids[0] + `"}`, http.StatusConflict, files.CodeTooLargeToCopy, "versionId"},
		"no key":           {`{}`, http.StatusBadRequest, files.CodeInvalidKey, "key"},
		"bad key":          {`{"key":"/"}`, http.StatusBadRequest, files.CodeInvalidKey, "key"},
		"version a number": {`{"key":"a","versionId":1}`, http.StatusBadRequest, files.CodeInvalidField, "versionId"},
	} {
		t.Run(name, func(t *testing.T) {
			wantProblem(t, r.do("alice", http.MethodPost, "/api/restore", tc.body), tc.status, tc.code, tc.field)
		})
	}
	if r.lifeOf("u/alice/a") != "Vvx" || r.lifeOf("u/alice/erased") != "xx" || r.lifeOf("u/bob/secret") != "vx" {
		t.Error("a refused request changed something")
	}
	bare := newRig(t, func(c *Config) { c.Restorer = nil })
	wantProblem(t, bare.do("alice", http.MethodPost, "/api/restore", `{"key":"a"}`), http.StatusNotFound, files.CodeNotServed, "")
}

func TestVersions(t *testing.T) {
	r := newRig(t, nil)
	ids := r.life("u/alice/a", "vvx")
	r.life("u/alice/ab", "v")
	got := into[[]Version](t, r.do("alice", http.MethodGet, "/api/versions?key=a", ""))
	if len(got) != 3 || got[0].VersionID != ids[2] || !got[0].DeleteMarker || !got[0].Latest || got[1].DeleteMarker || got[1].Size != 5 || got[2].VersionID != ids[0] {
		t.Errorf("got %+v", got)
	}
	for query, tc := range map[string]struct {
		status int
		code   files.Code
		field  string
	}{
		"key=none":        {http.StatusNotFound, files.CodeNotFound, "key"},
		"":                {http.StatusBadRequest, files.CodeInvalidKey, "key"},
		"key=a&limit=0":   {http.StatusBadRequest, files.CodeInvalidLimit, "limit"},
		"key=a&cursor=YQ": {http.StatusBadRequest, files.CodeInvalidCursor, "cursor"},
		"key=a&cursor=!":  {http.StatusBadRequest, files.CodeInvalidCursor, "cursor"},
	} {
		wantProblem(t, r.do("alice", http.MethodGet, "/api/versions?"+query, ""), tc.status, tc.code, tc.field)
	}
	bare := newRig(t, func(c *Config) { c.Deleter = nil })
	wantProblem(t, bare.do("alice", http.MethodGet, "/api/versions?key=a", ""), http.StatusNotFound, files.CodeNotServed, "")
}

// A history of any length is read page by page, and every entry of it can be
// got and restored.
func TestLongHistory(t *testing.T) {
	r := newRig(t, nil)
	team, err := files.Group("a/b")
	if err != nil {
		t.Fatal(err)
	}
	object, err := team.ObjectKey("a")
	if err != nil {
		t.Fatal(err)
	}
	const length = 2*maxLimit + 7
	r.put(team, "a", nil)
	for range length - 1 {
		r.bucket.put(object, 5)
	}
	for _, query := range []string{"", "&limit=1000", "&limit=7"} {
		seen := map[string]bool{}
		for path := "/api/versions?space=g/a/b&key=a" + query; path != ""; {
			a := r.do("alice", http.MethodGet, path, "")
			for _, v := range into[[]Version](t, a) {
				seen[v.VersionID] = true
			}
			path, _, _ = strings.Cut(strings.TrimPrefix(a.Header.Get("Link"), "<"), ">")
		}
		if len(seen) != length {
			t.Errorf("%q: %d entries, want %d", query, len(seen), length)
		}
	}
	oldest := r.bucket.versions[object][length-1].VersionID
	if got := into[File](t, r.do("alice", http.MethodGet, "/api/file?space=g/a/b&key=a&versionId="+oldest, "")); got.VersionID != oldest {
		t.Errorf("the oldest is %+v", got)
	}
	into[Done](t, r.do("alice", http.MethodPost, "/api/restore?space=g/a/b", `{"key":"a","versionId":"`+oldest+`"}`))
	for range maxLimit + 1 {
		r.bucket.push(object, files.Version{DeleteMarker: true})
	}
	into[Done](t, r.do("alice", http.MethodPost, "/api/restore?space=g/a/b", `{"key":"a"}`))
	if top := r.bucket.versions[object]; top[0].DeleteMarker || len(top) != length+1 {
		t.Errorf("%d entries, on top %+v", len(top), top[0])
	}
}
