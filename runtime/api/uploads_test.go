package api

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"hash/crc64"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/bytepass/bytepass/runtime/files"
)

const mib = 1 << 20

func crc64NVME(b []byte) string {
	sum := crc64.Checksum(b, crc64.MakeTable(0x9a6c9329ac4bc9b5))
	return base64.StdEncoding.EncodeToString(binary.BigEndian.AppendUint64(nil, sum))
}

// startUpload starts an upload of alice and returns the answer.
func startUpload(t testing.TB, r *rig, body string) StartedUpload {
	t.Helper()
	return into[StartedUpload](t, r.do("alice", http.MethodPost, "/api/uploads", body))
}

// sendParts sends a file by the URLs of its parts.
func sendParts(t testing.TB, started StartedUpload, parts []UploadPart, body []byte) {
	t.Helper()
	for _, p := range parts {
		from := int64(p.PartNumber-1) * started.PartSize
		if status, _ := put(t, p.URL, nil, body[from:from+p.ContentLength]); status != http.StatusOK {
			t.Fatalf("part %d: status %d", p.PartNumber, status)
		}
	}
}

func completeBody(key string, more string) string {
	name, err := json.Marshal(key)
	if err != nil {
		panic(err)
	}
	return `{"key":` + string(name) + more + `}`
}

// TestUpload goes through a whole upload, resumed after everything but the key
// and the file was lost.
func TestUpload(t *testing.T) {
	r, body := newStoreRig(t, nil), content(25*mib)
	const key = "ordner/Ünïcode ?#%2F&+ 💾.mp4"
	query := "?key=" + url.QueryEscape(key)
	started := startUpload(t, r, completeBody(key, fmt.Sprintf(`,"mimeType":"video/mp4","size":%d,"metadata":{"a":"b"},"name":"Film"`, len(body))))
	if started.Key != key || started.PartSize != 10*mib || started.PartCount != 3 || len(started.Parts) != 3 || started.Checksum != "CRC64NVME" || started.ExpiresAt.IsZero() {
		t.Fatalf("started %+v", started)
	}
	sendParts(t, started, started.Parts[:1], body)

	unfinished := into[[]UnfinishedUpload](t, r.do("alice", http.MethodGet, "/api/uploads"+query+fmt.Sprint("&size=", len(body)), ""))
	if len(unfinished) != 1 || unfinished[0].FoundPlan != FoundPlan(started.UploadPlan) || unfinished[0].Key != key {
		t.Fatalf("unfinished %+v", unfinished)
	}
	id := unfinished[0].UploadID
	progress := into[struct {
		Key      string
		Checksum string
		UploadPlan
		Parts []UploadedPart
	}](t, r.do("alice", http.MethodGet, "/api/uploads/"+id+query, ""))
	if len(progress.Parts) != 1 || progress.UploadPlan != started.UploadPlan || progress.Checksum != "CRC64NVME" ||
		progress.Parts[0].Size != 10*mib || progress.Parts[0].ChecksumCRC64NVME != crc64NVME(body[:10*mib]) {
		t.Fatalf("progress %+v", progress)
	}
	more := into[struct {
		Key string
		UploadParts
	}](t, r.do("alice", http.MethodPost, "/api/uploads/"+id+"/parts", completeBody(key, `,"partNumbers":[2,3]`)))
	if len(more.Parts) != 2 || more.Parts[1].PartNumber != 3 || more.Parts[1].ContentLength != 5*mib {
		t.Fatalf("parts %+v", more.Parts)
	}
	sendParts(t, started, more.Parts[:1], body)
	p := wantProblem(t, r.do("alice", http.MethodPost, "/api/uploads/"+id+"/complete", completeBody(key, "")), http.StatusBadRequest, files.CodeInvalidParts, "parts")
	if len(p.Parts) != 1 || p.Parts[0].PartNumber != 3 || p.Parts[0].Reason == "" {
		t.Errorf("named are %+v", p.Parts)
	}
	sendParts(t, started, more.Parts[1:], body)
	finish := completeBody(key, `,"checksumCRC64NVME":"`+crc64NVME(body)+`"`)
	done := into[CompletedUpload](t, r.do("alice", http.MethodPost, "/api/uploads/"+started.UploadID+"/complete", finish))
	if done.Key != key || done.Size != int64(len(body)) || done.VersionID == "" || done.ETag == "" || done.ChecksumCRC64NVME != crc64NVME(body) {
		t.Errorf("completed %+v", done)
	}
	if object, err := url.Parse(done.Location); err != nil || object.Path != "/files/u/alice/"+key {
		t.Errorf("location %s, %v", done.Location, err)
	}
	if again := into[CompletedUpload](t, r.do("alice", http.MethodPost, "/api/uploads/"+started.UploadID+"/complete", finish)); again != done {
		t.Errorf("completed again %+v", again)
	}
	if !bytes.Equal(stored(t, key), body) {
		t.Error("other bytes are stored than were sent")
	}
	into[Done](t, r.do("alice", http.MethodDelete, "/api/uploads/"+started.UploadID+query, ""))
	if !bytes.Equal(stored(t, key), body) {
		t.Error("the file is gone after an abort")
	}
	if left := into[[]UnfinishedUpload](t, r.do("alice", http.MethodGet, "/api/uploads"+query, "")); len(left) != 0 {
		t.Errorf("unfinished %+v", left)
	}
}

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

// TestStreamUpload is of a file whose size nobody knows.
func TestStreamUpload(t *testing.T) {
	r, body := newStoreRig(t, nil), content(5*mib+100)
	started := startUpload(t, r, `{"key":"stream","mimeType":""}`)
	if started.PartCount != 0 || started.PartSize != 64*mib || len(started.Parts) == 0 {
		t.Fatalf("started %+v", started)
	}
	signed := into[struct {
		Key string
		UploadParts
	}](t, r.do("alice", http.MethodPost, "/api/uploads/"+started.UploadID+"/parts", fmt.Sprintf(
		`{"key":"stream","parts":[{"partNumber":1,"size":%d,"checksumCRC64NVME":%q},{"partNumber":2.0,"size":1e2}]}`, 5*mib, crc64NVME(body[:5*mib]))))
	if signed.Parts[0].Headers.ChecksumCRC64NVME == "" || signed.Parts[1].ContentLength != 100 {
		t.Fatalf("parts %+v", signed.Parts)
	}
	for i, b := range [][]byte{body[:5*mib], body[5*mib:]} {
		headers := map[string]string{}
		if sum := signed.Parts[i].Headers.ChecksumCRC64NVME; sum != "" {
			headers["x-amz-checksum-crc64nvme"] = sum
		}
		if status, _ := put(t, signed.Parts[i].URL, headers, b); status != http.StatusOK {
			t.Fatalf("part %d: status %d", i+1, status)
		}
	}
	done := into[CompletedUpload](t, r.do("alice", http.MethodPost, "/api/uploads/"+started.UploadID+"/complete", `{"key":"stream"}`))
	if done.Size != int64(len(body)) || !bytes.Equal(stored(t, "stream"), body) {
		t.Errorf("completed %+v", done)
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

// TestLargestBatch asks for as many URLs as an answer may hold, with the
// longest keys there are: the answer stays below what a function can send.
func TestLargestBatch(t *testing.T) {
	r := newStoreRig(t, func(c *Config) { c.Limits.MaxSize = 50 << 40 })
	key := strings.Repeat("ä", 508) // each byte takes three in a URL
	started := startUpload(t, r, completeBody(key, `,"mimeType":"","size":53687091200000`))
	if started.PartCount != 10_000 || len(started.Parts) == 0 || len(started.Parts) > 1000 {
		t.Fatalf("%d URLs of %d parts", len(started.Parts), started.PartCount)
	}
	list := make([]int, 1000)
	for i := range list {
		list[i] = 9001 + i
	}
	numbers, err := json.Marshal(list)
	if err != nil {
		t.Fatal(err)
	}
	a := r.do("alice", http.MethodPost, "/api/uploads/"+started.UploadID+"/parts", completeBody(key, `,"partNumbers":`+string(numbers)))
	if a.StatusCode != http.StatusOK || len(a.body) > 5<<20 {
		t.Errorf("status %d, %d bytes", a.StatusCode, len(a.body))
	}
}
