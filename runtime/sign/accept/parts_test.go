package accept

import (
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"github.com/bytepass/bytepass/runtime/files"
	"github.com/bytepass/bytepass/runtime/sign"
	"github.com/bytepass/bytepass/runtime/storetest"
)

// TestParts sends the parts of a multipart upload by URLs that are bound to
// their number, length and upload.
func TestParts(t *testing.T) {
	store := storetest.Start(t)
	s := signer(t, store, time.Now)
	object := "u/alice/ä b+c"
	create, _, err := s.Presign(t.Context(), sign.Request{Method: "POST", Key: object, Query: []sign.Param{{Name: "uploads"}}, Life: life})
	if err != nil {
		t.Fatal(err)
	}
	status, answer, _ := send(t, "POST", create, nil, "")
	id := regexp.MustCompile(`<UploadId>([^<]+)</UploadId>`).FindStringSubmatch(answer)
	if status != 200 || id == nil {
		t.Fatalf("creating: got %d %s", status, answer)
	}
	p, err := s.PresignPart(t.Context(), files.PartUpload{ObjectKey: object, UploadID: id[1], Number: 1, Size: 5}, life)
	if err != nil {
		t.Fatal(err)
	}
	for _, tc := range []struct {
		name, url, body string
		want            int
	}{
		{"a longer part", p.URL, "hello!", 403},
		{"another number", strings.Replace(p.URL, "partNumber=1", "partNumber=2", 1), "hello", 403},
		{"another upload", strings.Replace(p.URL, "uploadId=", "uploadId=0", 1), "hello", 403},
		{"what was signed", p.URL, "hello", 200},
		{"the same again", p.URL, "hello", 200},
	} {
		if got, code, _ := send(t, "PUT", tc.url, nil, tc.body); got != tc.want {
			t.Errorf("%s: got %d %s, want %d", tc.name, got, code, tc.want)
		}
	}
	parts, err := store.Client.ListParts(t.Context(), &s3.ListPartsInput{Bucket: &store.Bucket, Key: &object, UploadId: &id[1]})
	if err != nil || len(parts.Parts) != 1 || aws.ToInt64(parts.Parts[0].Size) != 5 {
		t.Errorf("the store has %+v, %v", parts, err)
	}
}
