package api

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/bytepass/bytepass/runtime/files"
	"github.com/bytepass/bytepass/runtime/uploads"
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

// busy is a store that takes its time to put parts together: so often it asks the
// caller to come back.
type busy struct {
	Multipart
	left int
}

func (b *busy) Complete(_ context.Context, _ files.Space, key, _ string, _ uploads.Finish) (uploads.Completed, error) {
	if b.left--; b.left >= 0 {
		return uploads.Completed{}, files.Problemf(files.CodeUnavailable, "", "still at it")
	}
	if key != "large" {
		return uploads.Completed{}, errors.New("another key")
	}
	return uploads.Completed{Key: files.Key(key), Location: "https://store/large"}, nil
}

// TestCompanionWaitsForTheStore: Uppy does not come back for the answer.
func TestCompanionWaitsForTheStore(t *testing.T) {
	for _, tc := range []struct {
		busy   int           // times
		left   time.Duration // of the request; 0 is without end
		status int
	}{
		{0, 0, http.StatusOK}, {1, 0, http.StatusOK}, {2, 0, http.StatusServiceUnavailable},
		{1, time.Hour, http.StatusOK}, {1, 5 * time.Second, http.StatusServiceUnavailable}, // as behind API Gateway
	} {
		r := newRig(t, func(c *Config) { c.Multipart = &busy{left: tc.busy} })
		req := httptest.NewRequest(http.MethodPost, "/s3/multipart/id/complete?key=large", strings.NewReader(`{"parts":[]}`))
		if tc.left > 0 {
			ctx, cancel := context.WithTimeout(t.Context(), tc.left)
			defer cancel()
			req = req.WithContext(ctx)
		}
		if a := r.send("alice", req); a.StatusCode != tc.status {
			t.Errorf("%+v: %d %s", tc, a.StatusCode, a.body)
		}
	}
}
