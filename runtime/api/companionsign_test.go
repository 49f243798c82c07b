package api

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// TestSignRequest is a whole upload as version 6 sends it with signRequest: its
// control requests go where the answer says, with the headers it says.
func TestSignRequest(t *testing.T) {
	r, body := newStoreRig(t, nil), content(6*mib)
	sign := func(wanted string) signed {
		t.Helper()
		return into[signed](t, r.do("alice", http.MethodPost, "/s3/sign", wanted))
	}
	name, err := json.Marshal(awkward)
	if err != nil {
		t.Fatal(err)
	}
	control := func(method string, to signed, contentType, body string) answer {
		t.Helper()
		req := httptest.NewRequest(method, to.URL, strings.NewReader(body))
		req.Header.Set("Content-Type", contentType)
		for name, value := range to.Headers {
			req.Header.Set(name, value)
		}
		a := r.send("", req)
		if a.StatusCode != http.StatusOK || a.Header.Get("Content-Type") != "application/xml" {
			t.Fatalf("%s: %d %s %s", method, a.StatusCode, a.Header.Get("Content-Type"), a.body)
		}
		return a
	}
	create := sign(`{"method":"POST","key":` + string(name) + `}`)
	if !strings.HasPrefix(create.URL, "http://example.com/s3/object?") || create.Key != awkward || create.Headers["Authorization"] != "Bearer alice" {
		t.Fatalf("create %+v", create)
	}
	var started struct{ Key, UploadId string } //nolint:revive // as S3 calls it
	if err := xml.Unmarshal(control(http.MethodPost, create, "video/mp4", "").body, &started); err != nil || started.Key != awkward {
		t.Fatalf("started %+v, %v", started, err)
	}
	upload := `","key":` + string(name) + `,"uploadId":"` + started.UploadId + `"`
	complete := "<CompleteMultipartUpload>"
	for i, part := range [][]byte{body[:5*mib], body[5*mib:]} {
		to := sign(fmt.Sprintf(`{"method":"PUT%s,"partNumber":%d}`, upload, i+1))
		status, header := put(t, to.URL, to.Headers, part)
		if status != http.StatusOK {
			t.Fatalf("part %d: status %d", i+1, status)
		}
		complete += fmt.Sprintf("<Part><PartNumber>%d</PartNumber><ETag>%s</ETag></Part>", i+1, strings.Trim(header.Get("ETag"), `"`))
	}
	var list struct {
		Part []struct {
			PartNumber int
			ETag       string
			Size       int64
		}
	}
	if err := xml.Unmarshal(control(http.MethodGet, sign(`{"method":"GET`+upload+`}`), "", "").body, &list); err != nil || len(list.Part) != 2 || list.Part[1].Size != mib {
		t.Fatalf("list %+v, %v", list, err)
	}
	var done struct{ Location, Key, ETag string }
	finish := sign(`{"method":"POST` + upload + `}`)
	if err := xml.Unmarshal(control(http.MethodPost, finish, "application/xml", complete+"</CompleteMultipartUpload>").body, &done); err != nil || done.Key != awkward || done.Location == "" {
		t.Errorf("completed %+v, %v", done, err)
	}
	control(http.MethodDelete, sign(`{"method":"DELETE`+upload+`}`), "", "")
	if !bytes.Equal(stored(t, awkward), body) {
		t.Error("other bytes are stored than were sent")
	}

	small := sign(`{"method":"PUT","key":"klein/` + strings.Trim(string(name), `"`) + `","contentType":"video/mp4"}`)
	if status := sendForm(t, small.URL, small.Fields, []byte("small")); status != http.StatusCreated || small.Fields["key"] != "u/alice/klein/"+awkward {
		t.Errorf("status %d, %+v", status, small.Fields)
	}
}
