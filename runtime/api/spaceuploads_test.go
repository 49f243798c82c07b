package api

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/bytepass/bytepass/runtime/auth"
	"github.com/bytepass/bytepass/runtime/files"
)

// uploadRoutes are all that name an upload, {id}, of the key "big", with the
// code of the problem that they answer to its owner before a part is there.
var uploadRoutes = []struct {
	method, path, body string
	code               files.Code
}{
	{"POST", "/api/uploads/{id}/parts", `{"key":"big","partNumbers":[1]}`, ""},
	{"GET", "/api/uploads/{id}?key=big", "", ""},
	{"POST", "/api/uploads/{id}/complete", `{"key":"big"}`, files.CodeInvalidParts},
	{"GET", "/s3/multipart/{id}?key=big", "", ""},
	{"GET", "/s3/multipart/{id}/1?key=big", "", ""},
	{"POST", "/s3/multipart/{id}/complete?key=big", `{"parts":[]}`, files.CodeInvalidParts},
	{"POST", "/s3/sign", `{"method":"PUT","key":"big","uploadId":"{id}","partNumber":1}`, ""},
	{"GET", "/s3/object?key=big&uploadId={id}", "", ""},
	{"POST", "/s3/object?key=big&uploadId={id}", `<CompleteMultipartUpload></CompleteMultipartUpload>`, files.CodeInvalidParts},
	{"DELETE", "/s3/object?key=big&uploadId={id}", "", ""},
	{"DELETE", "/s3/multipart/{id}?key=big", "", ""},
	{"DELETE", "/api/uploads/{id}?key=big", "", ""},
}

// codeOf returns the code of an answer's problem; empty if it is none.
func codeOf(t *testing.T, a answer) files.Code {
	t.Helper()
	var p Problem
	if a.StatusCode/100 != 2 {
		if err := json.Unmarshal(a.body, &p); err != nil || p.Code == "" {
			t.Fatalf("%d %s is no problem", a.StatusCode, a.body)
		}
	}
	return p.Code
}

func TestEveryUploadRouteKnowsSpaces(t *testing.T) {
	r := newStoreRig(t, nil)
	for _, route := range uploadRoutes {
		started := into[StartedUpload](t, r.do("alice", http.MethodPost, "/api/uploads?space=g/team", `{"key":"big","mimeType":"a/b"}`))
		fill := strings.NewReplacer("{id}", started.UploadID)
		path, body := fill.Replace(route.path), fill.Replace(route.body)
		for _, tc := range []struct{ as, space string }{{"bob", "g/team"}, {"bob", "u/alice"}, {"alice", "g/other"}, {"alice", "u/bob"}, {"alice", "g/team/x"}} {
			wantProblem(t, r.do(tc.as, route.method, withSpace(path, tc.space), body), http.StatusForbidden, files.CodeForbidden, "space")
		}
		wantProblem(t, r.do("alice", route.method, withSpace(path, "team"), body), http.StatusBadRequest, files.CodeInvalidField, "space")
		for _, as := range []string{"alice", "bob"} { // the upload is of the team, not of its member
			if code := codeOf(t, r.do(as, route.method, path, body)); code != files.CodeInvalidField {
				t.Errorf("%s %s of the team in %s's own space: %q", route.method, route.path, as, code)
			}
		}
		if code := codeOf(t, r.do("alice", route.method, withSpace(path, "g/team"), body)); code != route.code {
			t.Errorf("%s %s in the team's space: %q, want %q", route.method, route.path, code, route.code)
		}
	}
}

// What starts an upload, or looks for one, stays in the space that was named.
func TestUploadsStartInTheNamedSpace(t *testing.T) {
	r := newStoreRig(t, nil)
	unfinished := func(as, space string) int {
		return len(into[[]UnfinishedUpload](t, r.do(as, http.MethodGet, withSpace("/api/uploads?key=own-start", space), "")))
	}
	for _, route := range []struct{ method, path, body string }{
		{"POST", "/api/uploads", `{"key":"own-start","mimeType":"a/b"}`},
		{"POST", "/s3/multipart", `{"filename":"own-start","type":"a/b"}`},
		{"POST", "/s3/object?key=own-start", ""},
	} {
		before := unfinished("alice", "g/team")
		if got := r.do("alice", route.method, withSpace(route.path, "g/team"), route.body); got.StatusCode != http.StatusOK {
			t.Fatalf("%s %s: %d %s", route.method, route.path, got.StatusCode, got.body)
		}
		if n := unfinished("alice", "g/team"); n != before+1 || unfinished("alice", "") != 0 || unfinished("bob", "") != 0 {
			t.Errorf("%s %s: %d uploads in the team's space, %d before", route.method, route.path, n, before)
		}
		wantProblem(t, r.do("bob", route.method, withSpace(route.path, "g/team"), route.body), http.StatusForbidden, files.CodeForbidden, "space")
	}

	form := into[companionFormAnswer](t, r.do("alice", http.MethodGet, "/s3/params?filename=a.png&type=image/png&space=g%2Fteam", ""))
	if form.Fields["key"] != "g/team/a.png" {
		t.Errorf("the form is for %s", form.Fields["key"])
	}
	wantProblem(t, r.do("bob", http.MethodGet, "/s3/params?filename=a.png&type=image/png&space=g%2Fteam", ""), http.StatusForbidden, files.CodeForbidden, "space")
	wantProblem(t, r.do("alice", http.MethodGet, "/s3/params?filename=a&space=g/team&space=u/alice", ""), http.StatusBadRequest, files.CodeInvalidField, "space")

	signs := into[signed](t, r.do("alice", http.MethodPost, "/s3/sign?space=g/team", `{"method":"POST","key":"a.png"}`))
	if u, err := url.Parse(signs.URL); err != nil || u.Query().Get("space") != "g/team" {
		t.Errorf("what is signed loses the space: %s", signs.URL)
	}
}

// An administrator acts for any owner on every route, by his name as tokens
// have it; nobody else does, and an administrator is no member of groups.
func TestAdministrators(t *testing.T) {
	for _, route := range spaceRoutes {
		r := newRig(t, func(c *Config) {
			c.Auth = people{
				"root":  {Owner: "a/b", Scopes: []string{auth.ScopeAdmin}},
				"alice": {Owner: "alice", Scopes: []string{auth.ScopeRead, auth.ScopeWrite, "files:adm", "admin"}},
			}
		})
		for _, owner := range []string{"auth0|x/..", "a~2Fb", strings.Repeat("long", 60)} {
			r.put(person(t, owner), "a", nil)
			if got := r.do("root", route.method, withSpace(route.path, "u/"+owner), route.body); got.StatusCode != http.StatusOK {
				t.Errorf("%s %s for %s: %d %s", route.method, route.path, owner, got.StatusCode, got.body)
			}
			lines := audited(t, r.log.String())
			last := lines[len(lines)-1]
			if last["owner"] != "a/b" || last["acting_for"] != owner || last["space"] != person(t, owner).String() {
				t.Errorf("%s %s for %s is logged as %v", route.method, route.path, owner, last)
			}
			wantProblem(t, r.do("alice", route.method, withSpace(route.path, "u/"+owner), route.body), http.StatusForbidden, files.CodeForbidden, "space")
		}
		wantProblem(t, r.do("root", route.method, withSpace(route.path, "g/team"), route.body), http.StatusForbidden, files.CodeForbidden, "space")
		wantProblem(t, r.do("root", route.method, withSpace(route.path, "u/\xff"), route.body), http.StatusBadRequest, files.CodeInvalidField, "space")
	}
}

// Where scopes are asked for, an administrator needs the route's too.
func TestAdministratorsNeedTheRoutesScope(t *testing.T) {
	r := newRig(t, func(c *Config) {
		c.RequireScopes = true
		c.Auth = people{"root": {Owner: "root", Scopes: []string{auth.ScopeAdmin, auth.ScopeRead}}}
	})
	if got := r.do("root", http.MethodGet, "/api/files?space=u/alice", ""); got.StatusCode != http.StatusOK {
		t.Errorf("reading: %d %s", got.StatusCode, got.body)
	}
	wantProblem(t, r.do("root", http.MethodPost, "/api/presign?space=u/alice", `{"key":"a","mimeType":"a/b","size":1}`), http.StatusForbidden, files.CodeForbidden, "")
}
