package api

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/bytepass/bytepass/runtime/auth"
	"github.com/bytepass/bytepass/runtime/files"
)

// guarded is a route that needs a token, with a good request that names a file
// of the caller's, or an upload.
type guarded struct{ pattern, path, body, scope string }

// guardedRoutes are all of them: TestNoRouteIsForgotten holds the list to the
// contract and to the Companion's routes.
var guardedRoutes = []guarded{
	{"POST /api/presign", "/api/presign", `{"key":"a","mimeType":"a/b","size":1}`, write},
	{"POST /api/files/{key}/presign", "/api/files/a/presign", `{"mimeType":"a/b","size":1}`, write},
	{"POST /api/upload-url", "/api/upload-url", `{"filename":"a","fileType":"a/b"}`, write},
	{"POST /api/uploads", "/api/uploads", `{"key":"a","mimeType":"a/b"}`, write},
	{"GET /api/uploads", "/api/uploads?key=a", "", write},
	{"GET /api/uploads/{uploadId}", "/api/uploads/x?key=a", "", write},
	{"DELETE /api/uploads/{uploadId}", "/api/uploads/x?key=a", "", write},
	{"POST /api/uploads/{uploadId}/parts", "/api/uploads/x/parts", `{"key":"a","partNumbers":[1]}`, write},
	{"POST /api/uploads/{uploadId}/complete", "/api/uploads/x/complete", `{"key":"a"}`, write},
	{"GET /api/files", "/api/files", "", read},
	{"GET /api/folders", "/api/folders", "", read},
	{"GET /api/file", "/api/file?key=a", "", read},
	{"GET /api/trash", "/api/trash", "", read},
	{"GET /api/rejected", "/api/rejected", "", read},
	{"GET /api/versions", "/api/versions?key=a", "", read},
	{"DELETE /api/files", "/api/files", `{"key":"a"}`, write},
	{"POST /api/restore", "/api/restore", `{"key":"a"}`, write},
	{"GET /s3/params", "/s3/params?filename=a&type=a/b", "", write},
	{"POST /s3/multipart", "/s3/multipart", `{"filename":"a","type":"a/b"}`, write},
	{"GET /s3/multipart/{uploadId}", "/s3/multipart/x?key=a", "", write},
	{"DELETE /s3/multipart/{uploadId}", "/s3/multipart/x?key=a", "", write},
	{"GET /s3/multipart/{uploadId}/{partNumber}", "/s3/multipart/x/1?key=a", "", write},
	{"POST /s3/multipart/{uploadId}/complete", "/s3/multipart/x/complete?key=a", `{"parts":[]}`, write},
	{"POST /s3/sign", "/s3/sign", `{"method":"PUT","key":"a"}`, write},
	{"POST /s3/object", "/s3/object?key=a", "", write},
	{"GET /s3/object", "/s3/object?key=a&uploadId=x", "", write},
	{"DELETE /s3/object", "/s3/object?key=a&uploadId=x", "", write},
}

func (g guarded) method() string { method, _, _ := strings.Cut(g.pattern, " "); return method }

// and returns the route's path with more in its query.
func (g guarded) and(query string) string {
	if strings.Contains(g.path, "?") {
		return g.path + "&" + query
	}
	return g.path + "?" + query
}

func TestNoRouteIsForgotten(t *testing.T) {
	var contract struct {
		Paths map[string]map[string]struct{ Security []map[string][]string }
	}
	if err := json.Unmarshal(newRig(t, nil).do("", http.MethodGet, "/openapi.json", "").body, &contract); err != nil {
		t.Fatal(err)
	}
	var all, listed []string
	for path, methods := range contract.Paths {
		for method, operation := range methods {
			if len(operation.Security) > 0 {
				all = append(all, strings.ToUpper(method)+" "+path)
			}
		}
	}
	for _, route := range (&service{}).companionRoutes() {
		all = append(all, route.pattern)
	}
	for _, route := range guardedRoutes {
		listed = append(listed, route.pattern)
	}
	slices.Sort(all)
	slices.Sort(listed)
	if !slices.Equal(all, listed) {
		t.Errorf("the API has\n%q, the tests know\n%q", all, listed)
	}
}

// Every route asks for a token, for its scope and for the space that is named,
// before it does anything; and each request is one line of the audit.
func TestEveryRouteIsGuarded(t *testing.T) {
	tokens := people{
		"alice":  everybody["alice"],
		"reader": {Owner: "alice", Scopes: []string{auth.ScopeRead}},
		"writer": {Owner: "alice", Scopes: []string{auth.ScopeWrite}},
		"admin":  {Owner: "root", Scopes: []string{auth.ScopeAdmin}},
	}
	for _, route := range guardedRoutes {
		r := newStoreRig(t, func(c *Config) { c.Auth, c.RequireScopes = tokens, true })
		lacks := map[string]string{read: "writer", write: "reader"}[route.scope]
		for _, tc := range []struct {
			what, as, path, field string
			status                int
			code                  files.Code
		}{
			{"without a token", "", route.path, "", http.StatusUnauthorized, files.CodeUnauthenticated},
			{"without its scope", lacks, route.path, "", http.StatusForbidden, files.CodeForbidden},
			{"with the scope of administrators alone", "admin", route.path, "", http.StatusForbidden, files.CodeForbidden},
			{"in another's space", "alice", route.and("space=u%2Fbob"), "space", http.StatusForbidden, files.CodeForbidden},
			{"in a space of strangers", "alice", route.and("space=g%2Fother"), "space", http.StatusForbidden, files.CodeForbidden},
			{"in a space that is none", "alice", route.and("space=team"), "space", http.StatusBadRequest, files.CodeInvalidField},
			{"in two spaces", "alice", route.and("space=u%2Falice&space=g%2Fteam"), "space", http.StatusBadRequest, files.CodeInvalidField},
			{"in a space that is badly encoded", "alice", route.and("space=g%2Fteam%zz"), "", http.StatusBadRequest, files.CodeInvalid},
			{"in a space behind a semicolon", "alice", route.and("space=g%2Fteam;a=b"), "", http.StatusBadRequest, files.CodeInvalid},
		} {
			before := r.log.String()
			got := r.do(tc.as, route.method(), tc.path, route.body)
			if code := codeOf(t, got); got.StatusCode != tc.status || code != tc.code {
				t.Errorf("%s %s: %d %s, want %d %s", route.pattern, tc.what, got.StatusCode, code, tc.status, tc.code)
				continue
			}
			wantProblem(t, got, tc.status, tc.code, tc.field)
			lines := audited(t, strings.TrimPrefix(r.log.String(), before))
			if len(lines) != 1 || lines[0]["outcome"] != "refused" || lines[0]["code"] != string(tc.code) || lines[0]["route"] != route.pattern {
				t.Errorf("%s %s is audited as %v", route.pattern, tc.what, lines)
			}
		}
	}
}
