package api

import (
	"net/http"
	"strings"
	"testing"

	"github.com/bytepass/bytepass/runtime/files"
)

// TestUploadGone says what is there instead.
func TestUploadGone(t *testing.T) {
	r := newStoreRig(t, nil)
	older := startUpload(t, r, `{"key":"gone","mimeType":"text/plain","size":5}`)
	sendParts(t, older, older.Parts, []byte("hello"))
	into[CompletedUpload](t, r.do("alice", http.MethodPost, "/api/uploads/"+older.UploadID+"/complete", `{"key":"gone"}`))

	newer := startUpload(t, r, `{"key":"gone","mimeType":"text/plain","size":7}`)
	into[Done](t, r.do("alice", http.MethodDelete, "/api/uploads/"+newer.UploadID+"?key=gone", ""))
	p := wantProblem(t, r.do("alice", http.MethodPost, "/api/uploads/"+newer.UploadID+"/complete", `{"key":"gone"}`), http.StatusConflict, files.CodeUploadGone, "uploadId")
	if c := p.Current; c == nil || c.Key != "gone" || c.Size != 5 || c.ID == "" || c.Bucket != storeBucket || c.MimeType != "text/plain" || c.UploadedAt.IsZero() {
		t.Errorf("current is %+v", c)
	}
	nothing := startUpload(t, r, `{"key":"never","mimeType":"","size":7}`)
	into[Done](t, r.do("alice", http.MethodDelete, "/api/uploads/"+nothing.UploadID+"?key=never", ""))
	if p := wantProblem(t, r.do("alice", http.MethodGet, "/api/uploads/"+nothing.UploadID+"?key=never", ""), http.StatusConflict, files.CodeUploadGone, "uploadId"); p.Current != nil {
		t.Errorf("current is %+v", p.Current)
	}
}

func TestUploadNoOverwrite(t *testing.T) {
	r := newStoreRig(t, nil)
	first := startUpload(t, r, `{"key":"once","mimeType":"","size":5,"overwrite":false}`)
	late := startUpload(t, r, `{"key":"once","mimeType":"","size":5,"overwrite":false}`)
	sendParts(t, first, first.Parts, []byte("hello"))
	sendParts(t, late, late.Parts, []byte("world"))
	into[CompletedUpload](t, r.do("alice", http.MethodPost, "/api/uploads/"+first.UploadID+"/complete", `{"key":"once"}`))
	wantProblem(t, r.do("alice", http.MethodPost, "/api/uploads/"+late.UploadID+"/complete", `{"key":"once"}`), http.StatusConflict, files.CodeConflict, "key")
	wantProblem(t, r.do("alice", http.MethodPost, "/api/uploads", `{"key":"once","mimeType":"","size":5,"overwrite":false}`), http.StatusConflict, files.CodeConflict, "key")
}

func TestUploadRefuses(t *testing.T) {
	r := newStoreRig(t, func(c *Config) {
		c.Limits.MaxSize = 100 * mib
		c.Limits.AllowedTypes = []string{"text/plain"}
		c.FileSystem = true
	})
	r.put(person(t, "alice"), "file", nil)
	good := startUpload(t, r, `{"key":"good","mimeType":"text/plain","size":5}`)
	at := "/api/uploads/" + good.UploadID
	for _, tc := range []struct {
		as, method, target, body string
		status                   int
		code                     files.Code
		field                    string
	}{
		{"alice", "POST", "/api/uploads", `{"mimeType":"text/plain","size":5}`, 400, files.CodeInvalidKey, "key"},
		{"alice", "POST", "/api/uploads", `{"key":"a","size":5}`, 400, files.CodeInvalidType, "mimeType"},
		{"alice", "POST", "/api/uploads", `{"key":"a","mimeType":"image/png","size":5}`, 400, files.CodeTypeNotAllowed, "mimeType"},
		{"alice", "POST", "/api/uploads", `{"key":"a","mimeType":"text/plain","size":-1}`, 400, files.CodeInvalidSize, "size"},
		{"alice", "POST", "/api/uploads", `{"key":"a","mimeType":"text/plain","size":104857601}`, 400, files.CodeTooLarge, "size"},
		{"alice", "POST", "/api/uploads", `{"key":"a","mimeType":"text/plain","checksumCRC64NVME":"x"}`, 400, files.CodeInvalidChecksum, "checksumCRC64NVME"},
		{"alice", "POST", "/api/uploads", `{"key":"a","mimeType":"text/plain","colour":"x"}`, 400, files.CodeInvalidField, "colour"},
		{"alice", "POST", "/api/uploads", `{"key":"file/below","mimeType":"text/plain"}`, 409, files.CodePathConflict, "key"},
		{"alice", "POST", "/api/uploads", `{"key":"` + strings.Repeat("x", 256) + `","mimeType":"text/plain"}`, 400, files.CodeNameTooLong, "key"},
		{"alice", "POST", "/api/uploads?space=g/others", `{"key":"a","mimeType":"text/plain"}`, 403, files.CodeForbidden, "space"},
		{"", "POST", "/api/uploads", `{"key":"a","mimeType":"text/plain"}`, 401, files.CodeUnauthenticated, ""},
		{"alice", "GET", "/api/uploads?limit=0", "", 400, files.CodeInvalidLimit, "limit"},
		{"alice", "GET", "/api/uploads?key=a&size=-1", "", 400, files.CodeInvalidSize, "size"},
		{"alice", "GET", "/api/uploads?key=a&size=104857601", "", 400, files.CodeTooLarge, "size"},

		{"alice", "POST", at + "/parts", `{"partNumbers":[1]}`, 400, files.CodeInvalidKey, "key"},
		{"alice", "POST", at + "/parts", `{"key":"good"}`, 400, files.CodeInvalidField, "partNumbers"},
		{"alice", "POST", at + "/parts", `{"key":"good","partNumbers":[2]}`, 400, files.CodeInvalidField, "partNumbers"},
		{"alice", "POST", at + "/parts", `{"key":"good","partNumbers":[1],"parts":[{"partNumber":1}]}`, 400, files.CodeInvalidField, "parts"},
		{"alice", "POST", at + "/parts", `{"key":"good","parts":[{"partNumber":1,"size":6}]}`, 400, files.CodeInvalidField, "parts"},
		{"alice", "POST", at + "/parts", `{"key":"bad","partNumbers":[1]}`, 400, files.CodeInvalidField, "uploadId"},
		{"bob", "POST", at + "/parts", `{"key":"good","partNumbers":[1]}`, 400, files.CodeInvalidField, "uploadId"},
		{"bob", "POST", at + "/complete", `{"key":"good"}`, 400, files.CodeInvalidField, "uploadId"},
		{"bob", "GET", at + "?key=good", "", 400, files.CodeInvalidField, "uploadId"},
		{"bob", "DELETE", at + "?key=good", "", 400, files.CodeInvalidField, "uploadId"},
		{"alice", "POST", "/api/uploads/2~abc/complete", `{"key":"good"}`, 400, files.CodeInvalidField, "uploadId"},
		{"alice", "POST", at + "/complete", `{"key":"good","parts":[{"partNumber":1,"etag":"other"}]}`, 400, files.CodeInvalidParts, "parts"},
		{"alice", "POST", at + "/complete", `{"key":"good","parts":[{"partNumber":1,"checksumCRC64NVME":"x"}]}`, 400, files.CodeInvalidChecksum, "parts"},
		{"alice", "POST", at + "/complete", `{"key":"good","checksumCRC64NVME":"x"}`, 400, files.CodeInvalidChecksum, "checksumCRC64NVME"},
		{"alice", "GET", at, "", 400, files.CodeInvalidKey, "key"},
		{"alice", "DELETE", at, "", 400, files.CodeInvalidKey, "key"},
	} {
		t.Run(tc.as+" "+tc.method+" "+strings.ReplaceAll(tc.target, good.UploadID, "ID")+" "+tc.body[:min(len(tc.body), 80)], func(t *testing.T) {
			wantProblem(t, r.do(tc.as, tc.method, tc.target, tc.body), tc.status, tc.code, tc.field)
		})
	}
	// None of that has hurt the upload.
	sendParts(t, good, good.Parts, []byte("hello"))
	into[CompletedUpload](t, r.do("alice", http.MethodPost, at+"/complete", `{"key":"good"}`))
}

// TestUploadsNotServed is about a process without the capability.
func TestUploadsNotServed(t *testing.T) {
	r := newRig(t, nil)
	for _, tc := range []struct{ method, target, body string }{
		{"POST", "/api/uploads", `{"key":"a","mimeType":"","size":5}`},
		{"GET", "/api/uploads?key=a", ""},
		{"GET", "/api/uploads/id?key=a", ""},
		{"POST", "/api/uploads/id/parts", `{"key":"a","partNumbers":[1]}`},
		{"POST", "/api/uploads/id/complete", `{"key":"a"}`},
		{"DELETE", "/api/uploads/id?key=a", ""},
	} {
		wantProblem(t, r.do("alice", tc.method, tc.target, tc.body), http.StatusNotFound, files.CodeNotServed, "")
	}
}
