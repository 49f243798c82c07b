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
