package embedded

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"github.com/bytepass/bytepass/runtime/files"
	"github.com/bytepass/bytepass/runtime/sign"
)

// TestMetadataOfASignedQuery: what a presigned URL's query declares is kept
// with the object, and its holder can neither change it nor leave it out.
func TestMetadataOfASignedQuery(t *testing.T) {
	s, c, _ := startStore(t, Attributes)
	signer, err := sign.New(sign.Config{
		Endpoint: s.Endpoint(), Region: Region, Bucket: *bucket, PathStyle: true, Now: time.Now,
		Credentials: sign.Static(sign.Credentials{AccessKeyID: "root", SecretAccessKey: "secret-of-root"}),
	})
	if err != nil {
		t.Fatal(err)
	}
	limit := int64(5)
	declared := files.Declaration{MaxSize: &limit, Name: "é \"quoted\" +&=.txt"}
	space, err := files.Person("alice")
	if err != nil {
		t.Fatal(err)
	}
	p, err := signer.PresignPut(t.Context(), files.Upload{Space: space, Key: "a", MimeType: "text/plain", Size: files.SizeUnknown, Declaration: declared}, time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	if p.Headers.Declaration != "" || !strings.Contains(p.URL, files.DeclarationHeader+"=") {
		t.Fatal("the declaration is not in the URL's query")
	}
	send := func(url string, change http.Header) int {
		t.Helper()
		r, err := http.NewRequestWithContext(t.Context(), http.MethodPut, url, strings.NewReader("body"))
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Content-Type", "text/plain")
		for name, values := range change {
			r.Header[name] = values
		}
		res, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		res.Body.Close()
		return res.StatusCode
	}
	before, rest, _ := strings.Cut(p.URL, files.DeclarationHeader+"=")
	_, after, _ := strings.Cut(rest, "&")
	for name, status := range map[string]int{
		"left out":   send(before+after, nil),
		"changed":    send(strings.Replace(p.URL, "%22l%22%3A5", "%22l%22%3A9", 1), nil),
		"overridden": send(p.URL, http.Header{"X-Amz-Meta-Bytepass": {"{}"}}),
	} {
		if status != http.StatusForbidden {
			t.Errorf("%s: %d", name, status)
		}
	}
	if status := send(p.URL, nil); status != http.StatusOK {
		t.Fatalf("as it was signed: %d", status)
	}
	head, err := c.HeadObject(t.Context(), &s3.HeadObjectInput{Bucket: bucket, Key: aws.String("u/alice/a")})
	if err != nil {
		t.Fatal(err)
	}
	if got := head.Metadata[files.DeclarationMeta]; got != declared.Encode() {
		t.Errorf("the object carries %q, want %q", got, declared.Encode())
	}
}
