package api

import (
	"net/http"
	"net/url"
	"testing"

	"pgregory.net/rapid"

	"github.com/bytepass/bytepass/runtime/auth"
	"github.com/bytepass/bytepass/runtime/files"
)

// routes are all that take a space, with a good request for the key "a".
var spaceRoutes = []struct{ method, path, body string }{
	{"POST", "/api/presign", `{"key":"a","mimeType":"a/b","size":1}`},
	{"POST", "/api/files/a/presign", `{"mimeType":"a/b","size":1}`},
	{"POST", "/api/upload-url", `{"filename":"a","fileType":"a/b"}`},
	{"GET", "/api/files", ""},
	{"GET", "/api/folders", ""},
	{"GET", "/api/trash", ""},
	{"GET", "/api/rejected", ""},
	{"GET", "/api/file?key=a", ""},
	{"GET", "/api/versions?key=a", ""},
	{"DELETE", "/api/files", `{"key":"a"}`},
	{"POST", "/api/restore", `{"key":"a"}`},
}

func withSpace(path, space string) string {
	u, _ := url.Parse(path)
	q := u.Query()
	q.Set("space", space)
	u.RawQuery = q.Encode()
	return u.String()
}

func TestEveryRouteKnowsSpaces(t *testing.T) {
	for _, route := range spaceRoutes {
		r := newRig(t, nil)
		team, err := files.Group("team")
		if err != nil {
			t.Fatal(err)
		}
		r.put(team, "a", nil)
		for space, status := range map[string]int{
			"": 0, "g/team": http.StatusOK, "u/alice": 0, // 0: as if nothing were asked, whatever that is
			"g/other": http.StatusForbidden, "u/bob": http.StatusForbidden, "g/tea": http.StatusForbidden, "g/team/x": http.StatusForbidden,
			"team": http.StatusBadRequest, "g/": http.StatusBadRequest, "x/team": http.StatusBadRequest, "/team": http.StatusBadRequest,
		} {
			got := r.do("alice", route.method, withSpace(route.path, space), route.body)
			switch status {
			case 0:
				if plain := newRig(t, nil).do("alice", route.method, route.path, route.body); got.StatusCode != plain.StatusCode {
					t.Errorf("%s %s in %q: %d; without a space %d", route.method, route.path, space, got.StatusCode, plain.StatusCode)
				}
			case http.StatusOK:
				if got.StatusCode != http.StatusOK {
					t.Errorf("%s %s in %q: %d %s", route.method, route.path, space, got.StatusCode, got.body)
				}
			case http.StatusForbidden:
				wantProblem(t, got, status, files.CodeForbidden, "space")
			default:
				wantProblem(t, got, status, files.CodeInvalidField, "space")
			}
		}
		wantProblem(t, r.do("bob", route.method, withSpace(route.path, "g/team"), route.body), http.StatusForbidden, files.CodeForbidden, "space")
	}
}

func TestGroupsByTheirNameAndTheirSegment(t *testing.T) {
	r := newRig(t, nil)
	for _, space := range []string{"g/a/b", "g/a~2Fb"} {
		signed := into[PresignedUpload](t, r.do("alice", http.MethodPost, withSpace("/api/presign", space), `{"key":"x","mimeType":"a/b","size":1}`))
		if got := objectOf(t, signed.URL); got != "g/a~2Fb/x" {
			t.Errorf("%s is %s", space, got)
		}
	}
}

// Whatever owners and keys look like, nobody reads, lists, signs or deletes
// across: ab with the key c/d is not ab/c with the key d.
func TestOwnersAreNeverConfused(t *testing.T) {
	owners := rapid.OneOf(
		rapid.StringN(1, 40, -1),
		rapid.StringMatching(`[ab~./|%2Fc]{1,12}`),
		rapid.SampledFrom([]string{"ab", "ab/c", "ab/", "a", "AB", "u/ab", "ab~2Fc", "..", "../ab", "аb", "g/ab"}),
	)
	keys := rapid.OneOf(rapid.StringN(1, 20, -1), rapid.SampledFrom([]string{"c/d", "d", "b/c/d", "ab/c/d", "2Fc/d"}))
	rapid.Check(t, func(rt *rapid.T) {
		mine, theirs := owners.Draw(rt, "mine"), owners.Draw(rt, "theirs")
		key, err := files.ParseKey(keys.Draw(rt, "key"))
		if err != nil || mine == theirs {
			return
		}
		r := newRig(t, func(c *Config) { c.Auth = people{"me": {Owner: mine}, "them": auth.Principal{Owner: theirs}} })
		r.put(person(t, theirs), key, nil)
		for _, target := range []string{"/api/files", "/api/folders", "/api/files?cursor=" + files.EncodeCursor("\x20")} {
			if list := into[[]map[string]any](t, r.do("me", http.MethodGet, target, "")); len(list) > 0 {
				rt.Fatalf("%q sees what %q has: %v", mine, theirs, list)
			}
		}
		query := "?key=" + url.QueryEscape(string(key))
		for _, path := range []string{"/api/file", "/api/versions"} {
			wantProblem(t, r.do("me", http.MethodGet, path+query, ""), http.StatusNotFound, files.CodeNotFound, "key")
		}
		wantProblem(t, r.do("me", http.MethodDelete, "/api/files"+query, ""), http.StatusNotFound, files.CodeNotFound, "key")
		if list := into[[]File](t, r.do("them", http.MethodGet, "/api/files", "")); len(list) != 1 || list[0].Key != string(key) {
			rt.Fatalf("%q sees %v", theirs, list)
		}
	})
}
