package api

import (
	"net/http"
	"testing"

	"github.com/bytepass/bytepass/runtime/files"
)

func TestDelete(t *testing.T) {
	r := newRig(t, nil)
	for name, tc := range map[string]struct{ target, body string }{
		"body":       {"/api/files", `{"key":"body"}`},
		"query":      {"/api/files?key=query", ""},
		"both":       {"/api/files?key=both", `{"key":"both"}`},
		"cafe\u0301": {"/api/files", "{\"key\":\"cafe\u0301\"}"},
	} {
		key, err := files.ParseKey(name)
		if err != nil {
			t.Fatal(err)
		}
		r.put(person(t, "alice"), key, nil)
		first := into[Done](t, r.do("alice", http.MethodDelete, tc.target, tc.body))
		if !first.Success || first.Key != string(key) || first.VersionID == "" {
			t.Errorf("%s: %+v", name, first)
		}
		again := into[Done](t, r.do("alice", http.MethodDelete, tc.target, tc.body))
		if again != first {
			t.Errorf("%s: a second time it is %+v", name, again)
		}
		if history := r.bucket.versions["u/alice/"+string(key)]; len(history) != 2 || !history[0].DeleteMarker {
			t.Errorf("%s: the history is %+v", name, history)
		}
	}
}

func TestDeleteOfNothing(t *testing.T) {
	r := newRig(t, nil)
	r.put(person(t, "bob"), "secret", nil)
	r.put(person(t, "alice"), "ab", nil)
	for _, key := range []string{"none", "secret", "a", "ab/c"} {
		wantProblem(t, r.do("alice", http.MethodDelete, "/api/files", `{"key":"`+key+`"}`), http.StatusNotFound, files.CodeNotFound, "key")
	}
	if len(r.bucket.versions) != 2 {
		t.Errorf("the bucket holds %v", r.bucket.versions)
	}
}

func TestDeleteRefuses(t *testing.T) {
	r := newRig(t, nil)
	r.put(person(t, "alice"), "a", nil)
	for _, tc := range []struct {
		target, body string
		code         files.Code
		field        string
	}{
		{"/api/files", "", files.CodeInvalidKey, "key"},
		{"/api/files", "{}", files.CodeInvalidKey, "key"},
		{"/api/files", `{"key":""}`, files.CodeInvalidKey, "key"},
		{"/api/files", `{"key":"../bob/a"}`, files.CodeInvalidKey, "key"},
		{"/api/files?key=b", `{"key":"a"}`, files.CodeInvalidKey, "key"},
		{"/api/files", `{"key":"a","key":"b"}`, files.CodeInvalid, ""},
		{"/api/files", `{"key":"a","Key":"b"}`, files.CodeInvalid, ""},
		{"/api/files", `{"key":"a","recursive":true}`, files.CodeInvalidField, "recursive"},
	} {
		wantProblem(t, r.do("alice", http.MethodDelete, tc.target, tc.body), http.StatusBadRequest, tc.code, tc.field)
	}
	if len(r.bucket.versions["u/alice/a"]) != 1 {
		t.Error("a refused request deleted something")
	}
	bare := newRig(t, func(c *Config) { c.Deleter = nil })
	wantProblem(t, bare.do("alice", http.MethodDelete, "/api/files?key=a", ""), http.StatusNotFound, files.CodeNotServed, "")
}
