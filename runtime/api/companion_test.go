package api

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"

	"github.com/bytepass/bytepass/runtime/files"
)

// awkward is a file name as people have them.
const awkward = "Über uns – 100% \"neu\" & 'alt' <1>?#+.mp4"

// sendForm sends a form as browsers do, with the file last, and returns the
// status.
func sendForm(t testing.TB, to string, fields map[string]string, body []byte) int {
	t.Helper()
	var form bytes.Buffer
	w := multipart.NewWriter(&form)
	for name, value := range fields {
		if err := w.WriteField(name, value); err != nil {
			t.Fatal(err)
		}
	}
	file, err := w.CreateFormFile("file", "blob")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := file.Write(body); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, to, &form)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", w.FormDataContentType())
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	answer, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	if res.StatusCode != http.StatusCreated {
		t.Logf("%.300s", answer)
	}
	return res.StatusCode
}

// TestCompanionForm is a file that Uppy sends in one request.
func TestCompanionForm(t *testing.T) {
	r := newStoreRig(t, func(c *Config) { c.Limits.MaxSize = 1000 })
	query := url.Values{
		"filename": {awkward}, "type": {"video/mp4"},
		"metadata[name]": {awkward}, "metadata[relativePath]": {"null"}, "metadata[caption]": {"am Meer 🌊"},
	}
	a := into[companionFormAnswer](t, r.do("alice", http.MethodGet, "/s3/params?"+query.Encode(), ""))
	if a.Method != "POST" || a.Expires < 1 || a.Fields["key"] != "u/alice/"+awkward || a.Fields["Content-Type"] != "video/mp4" {
		t.Fatalf("answer %+v", a)
	}
	declared, ok := files.ParseDeclaration(a.Fields[files.DeclarationHeader])
	if !ok || *declared.MaxSize != 1000 || len(declared.Metadata) != 1 || declared.Metadata["caption"] != "am Meer 🌊" {
		t.Errorf("declared %+v", declared)
	}
	if status := sendForm(t, a.URL, a.Fields, content(1001)); status != http.StatusBadRequest {
		t.Errorf("over the limit: status %d", status)
	}
	if status := sendForm(t, a.URL, a.Fields, content(1000)); status != http.StatusCreated {
		t.Errorf("status %d", status)
	}
	if !bytes.Equal(stored(t, awkward), content(1000)) {
		t.Error("other bytes are stored than were sent")
	}
}

// TestCompanionMultipart is a whole upload as version 5 sends it, with a
// header, and as version 6 does, with the token in the path.
func TestCompanionMultipart(t *testing.T) {
	for name, tc := range map[string]struct{ as, base string }{
		"header": {"alice", ""},
		"path":   {"", "/u/alice"},
	} {
		t.Run(name, func(t *testing.T) {
			r, body := newStoreRig(t, nil), content(6*mib)
			create, err := json.Marshal(map[string]any{
				"filename": awkward, "type": "video/mp4", "metadata": map[string]any{"name": awkward, "relativePath": nil, "stars": 5, "own": true, "empty": "", "odd": []int{1}},
				"unknown": "is left alone",
			})
			if err != nil {
				t.Fatal(err)
			}
			started := into[companionStarted](t, r.do(tc.as, http.MethodPost, tc.base+"/s3/multipart", string(create)))
			if started.Key != awkward || started.UploadID == "" {
				t.Fatalf("started %+v", started)
			}
			at := tc.base + "/s3/multipart/" + url.PathEscape(started.UploadID)
			key := "?key=" + url.QueryEscape(started.Key)
			var etags []string
			for i, part := range [][]byte{body[:5*mib], body[5*mib:]} {
				signed := into[struct {
					URL     string
					Expires int
				}](t, r.do(tc.as, http.MethodGet, at+"/"+strconv.Itoa(i+1)+key, ""))
				if signed.Expires < 1 {
					t.Errorf("expires %d", signed.Expires)
				}
				status, header := put(t, signed.URL, nil, part)
				if status != http.StatusOK {
					t.Fatalf("part %d: status %d", i+1, status)
				}
				etags = append(etags, header.Get("ETag"))
			}
			list := into[[]companionListed](t, r.do(tc.as, http.MethodGet, at+key, ""))
			if len(list) != 2 || list[0].PartNumber != 1 || list[0].Size != 5*mib || list[1].ETag != etags[1] || !strings.HasPrefix(etags[1], `"`) {
				t.Fatalf("list %+v, ETags %v", list, etags)
			}
			complete := fmt.Sprintf(`{"parts":[{"PartNumber":1,"ETag":%q},{"PartNumber":2,"ETag":%q,"Size":5}]}`, strings.Trim(etags[0], `"`), etags[1])
			done := into[map[string]string](t, r.do(tc.as, http.MethodPost, at+"/complete"+key, complete))
			if done["key"] != awkward || !strings.HasPrefix(done["location"], storeEndpoint(t)) {
				t.Errorf("completed %+v", done)
			}
			if again := into[map[string]string](t, r.do(tc.as, http.MethodPost, at+"/complete"+key, complete)); again["location"] != done["location"] {
				t.Errorf("again %+v", again)
			}
			if !bytes.Equal(stored(t, awkward), body) {
				t.Error("other bytes are stored than were sent")
			}
			if a := r.do(tc.as, http.MethodDelete, at+key, ""); a.StatusCode != http.StatusOK || string(a.body) != "{}" {
				t.Errorf("abort: %d %s", a.StatusCode, a.body)
			}
			if strings.Contains(r.log.String(), "/u/alice") || strings.Contains(r.log.String(), started.UploadID) {
				t.Errorf("the log holds the path: %s", r.log)
			}
		})
	}
}

func TestCompanionKeys(t *testing.T) {
	for want, file := range map[string]companionFile{
		"a.jpg":       {Filename: "a.jpg"},
		"b.jpg":       {Filename: "b.jpg", Metadata: map[string]any{"relativePath": nil}},
		"dir/c.jpg":   {Filename: "c.jpg", Metadata: map[string]any{"relativePath": "dir/c.jpg"}},
		"x/y/d.jpg":   {Filename: "d.jpg", Metadata: map[string]any{"relativePath": "/x/y/d.jpg"}},
		"renamed.jpg": {Filename: "renamed.jpg", Metadata: map[string]any{"relativePath": "x/original.jpg"}},
	} {
		if got := file.key(); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
}

func TestCompanionRefuses(t *testing.T) {
	r := newStoreRig(t, func(c *Config) {
		c.Limits.MaxSize = 6 * mib
		c.Limits.AllowedTypes = []string{"video/*"}
		c.FileSystem = true
	})
	r.put(person(t, "alice"), "file", nil)
	started := into[companionStarted](t, r.do("alice", http.MethodPost, "/s3/multipart", `{"filename":"good","type":"video/mp4"}`))
	at := "/s3/multipart/" + started.UploadID
	for _, tc := range []struct {
		as, method, target, body string
		status                   int
		code                     files.Code
		field                    string
	}{
		{"", "GET", "/s3/params?filename=a&type=video/mp4", "", 401, files.CodeUnauthenticated, ""},
		{"", "GET", "/u/nobody/s3/params?filename=a&type=video/mp4", "", 401, files.CodeUnauthenticated, ""},
		{"", "GET", "/u/alice/api/files", "", 404, files.CodeNotFound, ""},
		{"", "GET", "/u/alice/s3", "", 404, files.CodeNotFound, ""},
		{"alice", "GET", "/s3/params?type=video/mp4", "", 400, files.CodeInvalidKey, "key"},
		{"alice", "GET", "/s3/params?filename=a&type=image/png", "", 400, files.CodeTypeNotAllowed, "mimeType"},
		{"alice", "GET", "/s3/params?filename=%24%7Bfilename%7D&type=video/mp4", "", 400, files.CodeInvalidKey, "key"},
		{"alice", "GET", "/s3/params?filename=file/below&type=video/mp4", "", 409, files.CodePathConflict, "key"},
		{"alice", "POST", "/s3/multipart", "", 400, files.CodeInvalid, ""},
		{"alice", "POST", "/s3/multipart", "[]", 400, files.CodeInvalid, ""},
		{"alice", "POST", "/s3/multipart", `{"type":"video/mp4"}`, 400, files.CodeInvalidKey, "key"},
		{"alice", "POST", "/s3/multipart", `{"filename":"file/below","type":"video/mp4"}`, 409, files.CodePathConflict, "key"},
		{"alice", "POST", "/s3/multipart", `{"filename":"a","type":"image/png"}`, 400, files.CodeTypeNotAllowed, "mimeType"},
		{"alice", "GET", at + "/x?key=good", "", 400, files.CodeInvalidField, "partNumber"},
		{"alice", "GET", at + "/0?key=good", "", 400, files.CodeInvalidField, "partNumbers"},
		{"alice", "GET", at + "/10001?key=good", "", 400, files.CodeInvalidField, "partNumbers"},
		{"alice", "GET", at + "/1", "", 400, files.CodeInvalidKey, "key"},
		{"bob", "GET", at + "/1?key=good", "", 400, files.CodeInvalidField, "uploadId"},
		{"bob", "GET", at + "?key=good", "", 400, files.CodeInvalidField, "uploadId"},
		{"bob", "POST", at + "/complete?key=good", `{"parts":[]}`, 400, files.CodeInvalidField, "uploadId"},
		{"alice", "POST", at + "/complete?key=good", `{"parts":[{"PartNumber":1,"ETag":"x"}]}`, 400, files.CodeInvalidParts, "parts"},
		{"alice", "POST", at + "/complete?key=good", `<x/>`, 400, files.CodeInvalid, ""},
		{"alice", "POST", "/s3/sign", `{"method":"PATCH","key":"good"}`, 400, files.CodeInvalidField, "method"},
		{"alice", "POST", "/s3/sign", `{"method":"DELETE","key":"good"}`, 400, files.CodeInvalidField, "method"},
		{"alice", "POST", "/s3/sign", `{"method":"PUT"}`, 400, files.CodeInvalidKey, "key"},
		{"alice", "POST", "/s3/object?key=good&uploadId=" + started.UploadID, `{}`, 400, files.CodeInvalid, ""},
		{"alice", "GET", "/s3/object?key=good&uploadId=x", ``, 400, files.CodeInvalidField, "uploadId"},
		{"alice", "DELETE", "/s3/object?key=good", ``, 400, files.CodeInvalidField, "uploadId"},
		{"alice", "PUT", "/s3/sign", ``, 405, files.CodeMethod, ""},
	} {
		t.Run(tc.as+" "+tc.method+" "+strings.ReplaceAll(tc.target, started.UploadID, "ID")+" "+tc.body, func(t *testing.T) {
			wantProblem(t, r.do(tc.as, tc.method, tc.target, tc.body), tc.status, tc.code, tc.field)
		})
	}

	// The limit holds although nobody said how large the file is.
	for n, size := range map[string]int{"1": 5 * mib, "2": 2 * mib} {
		signed := into[struct {
			URL     string
			Expires int
		}](t, r.do("alice", http.MethodGet, at+"/"+n+"?key=good", ""))
		if status, _ := put(t, signed.URL, nil, content(size)); status != http.StatusOK {
			t.Fatalf("part %s: status %d", n, status)
		}
	}
	wantProblem(t, r.do("alice", http.MethodPost, at+"/complete?key=good", `{"parts":[]}`), http.StatusBadRequest, files.CodeTooLarge, "size")
}
