package api

import (
	"encoding/json"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/bytepass/bytepass/runtime/auth"
	"github.com/bytepass/bytepass/runtime/files"
)

// auditFields are in every line, in this order, before what the request adds.
var auditFields = []string{"owner", "acting_for", "operation", "space", "key", "version", "outcome", "code", "request_id", "source"}

// audited returns the audit lines of a log.
func audited(t *testing.T, log string) []map[string]any {
	t.Helper()
	var all []map[string]any
	for line := range strings.Lines(log) {
		var entry map[string]any
		if err := json.Unmarshal([]byte(line), &entry); err != nil {
			t.Fatal(err)
		}
		if entry["msg"] != "audit" {
			continue
		}
		at := 0
		for _, name := range auditFields {
			i := strings.Index(line[at:], `,"`+name+`":"`)
			if i < 0 {
				t.Fatalf("the line lacks %s, or has it elsewhere: %s", name, line)
			}
			at += i
		}
		all = append(all, entry)
	}
	return all
}

// Who did what to which key: a line for each operation, whatever came of it.
func TestAudit(t *testing.T) {
	r := newStoreRig(t, func(c *Config) {
		c.Auth = people{
			"alice": everybody["alice"], "bob": everybody["bob"],
			"root": {Owner: "root", Scopes: []string{auth.ScopeAdmin}},
		}
	})
	r.put(person(t, "alice"), "a", nil)
	r.put(person(t, "auth0|x"), "a", nil)
	group, err := files.Group("team")
	if err != nil {
		t.Fatal(err)
	}
	r.put(group, "a", nil)

	for _, tc := range []struct {
		as, method, target, body string
		want                     map[string]string // beyond what is the same for all
	}{
		{"alice", "POST", "/api/presign", `{"key":"n/e\u0301","mimeType":"a/b","size":1}`, map[string]string{"operation": "presign", "key": "n/é"}},
		{"alice", "POST", "/api/files/a/presign", `{"mimeType":"a/b","size":1}`, map[string]string{"operation": "presign-path", "key": "a"}},
		{"alice", "POST", "/api/upload-url", `{"filename":"a","fileType":"a/b"}`, map[string]string{"operation": "upload-url", "key": "a"}},
		{"alice", "GET", "/api/files", "", map[string]string{"operation": "list"}},
		{"alice", "GET", "/api/folders", "", map[string]string{"operation": "folders"}},
		{"alice", "GET", "/api/trash", "", map[string]string{"operation": "trash"}},
		{"alice", "GET", "/api/rejected", "", map[string]string{"operation": "rejected"}},
		{"alice", "GET", "/api/file?key=a", "", map[string]string{"operation": "file", "key": "a", "version": "v01"}},
		{"alice", "GET", "/api/versions?key=a", "", map[string]string{"operation": "versions", "key": "a"}},
		{"alice", "DELETE", "/api/files", `{"key":"a"}`, map[string]string{"operation": "delete", "key": "a", "version": "v04"}},
		{"alice", "POST", "/api/restore", `{"key":"a"}`, map[string]string{"operation": "restore", "key": "a", "version": "v01"}},
		{"alice", "POST", "/api/uploads", `{"key":"big","mimeType":"a/b"}`, map[string]string{"operation": "start-upload", "key": "big"}},
		{"alice", "GET", "/api/uploads?key=big", "", map[string]string{"operation": "unfinished-uploads", "key": "big"}},
		{"alice", "POST", "/api/uploads/x/parts", `{"key":"big","partNumbers":[1]}`, map[string]string{"operation": "sign-parts", "key": "big", "code": "invalid-field"}},
		{"alice", "DELETE", "/api/uploads/x?key=big", "", map[string]string{"operation": "abort-upload", "key": "big", "code": "invalid-field"}},
		{"alice", "GET", "/s3/params?filename=photo.png&type=image/png", "", map[string]string{"operation": "companion-form", "key": "photo.png"}},
		{"alice", "POST", "/s3/multipart", `{"filename":"film","type":"a/b","metadata":{}}`, map[string]string{"operation": "companion-start", "key": "film"}},
		{"alice", "GET", "/s3/multipart/x?key=film", "", map[string]string{"operation": "companion-parts", "key": "film", "code": "invalid-field"}},
		{"alice", "POST", "/s3/sign", `{"method":"PUT","key":"photo.png","contentType":"image/png"}`, map[string]string{"operation": "companion-sign", "key": "photo.png"}},

		{"alice", "GET", "/api/file?key=a&space=g/team", "", map[string]string{"operation": "file", "space": "g/team", "key": "a", "version": "v03"}},
		{"root", "GET", "/api/file?key=a&space=u/auth0%7Cx", "", map[string]string{"owner": "root", "acting_for": "auth0|x", "operation": "file", "space": "u/auth0~7Cx", "key": "a", "version": "v02"}},
		{"root", "GET", "/api/files?space=u/root", "", map[string]string{"owner": "root", "operation": "list", "space": "u/root"}},

		{"", "GET", "/api/files", "", map[string]string{"owner": "", "operation": "list", "space": "", "code": "unauthenticated"}},
		{"bob", "DELETE", "/api/files?space=u/alice", `{"key":"a"}`, map[string]string{"owner": "bob", "operation": "delete", "space": "u/alice", "code": "forbidden"}},
		{"bob", "GET", "/api/files?space=g/team", "", map[string]string{"owner": "bob", "operation": "list", "space": "g/team", "code": "forbidden"}},
		{"bob", "GET", "/api/file?key=a", "", map[string]string{"owner": "bob", "operation": "file", "space": "u/bob", "key": "a", "code": "not-found"}},
		{"alice", "GET", "/api/file?key=..", "", map[string]string{"operation": "file", "code": "invalid-key"}},
		{"alice", "POST", "/api/presign", `{`, map[string]string{"operation": "presign", "space": "", "code": "invalid-request"}},
	} {
		before := r.log.String()
		r.do(tc.as, tc.method, tc.target, tc.body, "X-Request-Id", "id-1")
		lines := audited(t, strings.TrimPrefix(r.log.String(), before))
		if len(lines) != 1 {
			t.Errorf("%s %s: %d lines", tc.method, tc.target, len(lines))
			continue
		}
		want := map[string]string{"owner": "alice", "acting_for": "", "space": "u/alice", "key": "", "version": "", "outcome": "ok", "code": "", "request_id": "id-1", "source": "192.0.2.1"}
		maps.Copy(want, tc.want)
		if want["code"] != "" {
			want["outcome"] = "refused"
		}
		for _, name := range auditFields {
			if lines[0][name] != want[name] {
				t.Errorf("%s %s: %s is %q, want %q", tc.method, tc.target, name, lines[0][name], want[name])
			}
		}
	}
	for _, secret := range []string{"X-Amz-", "Bearer", "Signature"} {
		if strings.Contains(r.log.String(), secret) {
			t.Errorf("the log holds %s", secret)
		}
	}
}

// What breaks behind us is a failure, with its cause.
func TestAuditOfAFailure(t *testing.T) {
	r := newRig(t, nil)
	r.put(person(t, "alice"), "a", nil)
	r.bucket.err = files.Problemf(files.CodeUnavailable, "", "the store does not answer; try again")
	r.do("alice", http.MethodDelete, "/api/files", `{"key":"a"}`)
	lines := audited(t, r.log.String())
	if len(lines) != 1 || lines[0]["outcome"] != "failed" || lines[0]["code"] != "unavailable" || lines[0]["level"] != "ERROR" || lines[0]["error"] == nil {
		t.Errorf("the lines are %v", lines)
	}
}

// Every operation of the contract that needs a token is audited by its own name.
func TestEveryOperationIsAudited(t *testing.T) {
	r := newRig(t, nil)
	var contract struct {
		Paths map[string]map[string]struct {
			OperationID string
			Security    []map[string][]string
		}
	}
	if err := json.Unmarshal(r.do("", http.MethodGet, "/openapi.json", "").body, &contract); err != nil {
		t.Fatal(err)
	}
	var want []string
	for path, methods := range contract.Paths {
		for method, operation := range methods {
			r.do("", strings.ToUpper(method), strings.NewReplacer("{key}", "k", "{uploadId}", "u").Replace(path), "")
			if len(operation.Security) > 0 {
				want = append(want, operation.OperationID)
			}
		}
	}
	var got []string
	for _, line := range audited(t, r.log.String()) {
		got = append(got, line["operation"].(string))
	}
	slices.Sort(want)
	slices.Sort(got)
	if len(want) < 10 || !slices.Equal(got, want) {
		t.Errorf("audited are %q, want %q", got, want)
	}
}
