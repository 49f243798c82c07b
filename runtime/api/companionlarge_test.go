package api

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/bytepass/bytepass/runtime/files"
)

// TestCompanionCompletesLargeFiles: Uppy names every part when it completes, with
// its ETag, and S3 takes 10,000 of them. The list has to be read, to be compared
// with what is there: here that is nothing.
func TestCompanionCompletesLargeFiles(t *testing.T) {
	r := newStoreRig(t, nil)
	started := into[companionStarted](t, r.do("alice", http.MethodPost, "/s3/multipart", `{"filename":"large","type":"video/mp4"}`))
	etag := strings.Repeat("0", 32)
	var asJSON, asXML strings.Builder
	for n := 1; n <= files.MaxParts; n++ {
		fmt.Fprintf(&asJSON, `,{"ETag":"\"%s\"","PartNumber":%d,"Size":5242880}`, etag, n)
		fmt.Fprintf(&asXML, "<Part><PartNumber>%d</PartNumber><ETag>&quot;%s&quot;</ETag></Part>", n, etag)
	}
	for target, body := range map[string]string{
		"/s3/multipart/" + started.UploadID + "/complete?key=large": `{"parts":[` + asJSON.String()[1:] + `]}`,
		"/s3/object?key=large&uploadId=" + started.UploadID:         "<CompleteMultipartUpload>" + asXML.String() + "</CompleteMultipartUpload>",
	} {
		p := wantProblem(t, r.do("alice", http.MethodPost, target, body), http.StatusBadRequest, files.CodeInvalidParts, "parts")
		if len(p.Parts) != files.MaxParts {
			t.Errorf("%d parts are missing", len(p.Parts))
		}
	}
}
