package stores

import (
	"fmt"
	"io"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
)

// yes is the answer of a store that does what Bytepass wants. Every other
// answer says what it does instead.
const yes = "yes"

// asker asks one store. Its bucket keeps versions, as those of Bytepass do.
type asker struct {
	*testing.T
	store  *Store
	client *s3.Client
	signer *s3.PresignClient
	bucket *string
	hook   *hook
	bound  int // numbers keys, so that no check meets another's object
	// awake says that the store has begun to tell of changes.
	awake bool
	// policies counts those that the bucket had.
	policies int
	// heedsPolicies says that a policy of the bucket concerns users who sign.
	heedsPolicies bool
}

func newAsker(t *testing.T, s *Store, h *hook) *asker {
	a := &asker{T: t, store: s, client: s.Client, signer: s3.NewPresignClient(s.Client), bucket: aws.String("files"), hook: h}
	if _, err := a.client.CreateBucket(a.Context(), &s3.CreateBucketInput{Bucket: a.bucket}); err != nil {
		t.Fatal(err)
	}
	_, err := a.client.PutBucketVersioning(a.Context(), &s3.PutBucketVersioningInput{
		Bucket: a.bucket, VersioningConfiguration: &types.VersioningConfiguration{Status: types.BucketVersioningStatusEnabled},
	})
	if err != nil {
		t.Fatal(err)
	}
	if tells, err := s.Notify(t.Context(), *a.bucket); err != nil || !tells && s.Kind != SeaweedFS {
		t.Fatalf("notifications: %v, %v", tells, err)
	}
	a.put(firstTold, "x")
	return a
}

// reply is what a store said to a plain HTTP request.
type reply struct {
	status int
	header http.Header
	body   string
}

var codeElement = regexp.MustCompile(`<Code>(\w+)</Code>`)

func (r reply) String() string {
	if m := codeElement.FindStringSubmatch(r.body); m != nil {
		return fmt.Sprint(r.status, " ", m[1])
	}
	return fmt.Sprint(r.status)
}

func (r reply) ok() bool { return r.status/100 == 2 }

// send sends a request as a browser would: with these headers and no others.
func (a *asker) send(method, url string, header http.Header, body string) reply {
	a.Helper()
	req, err := http.NewRequestWithContext(a.Context(), method, url, strings.NewReader(body))
	if err != nil {
		a.Fatal(err)
	}
	for name, values := range header {
		if name != "Host" && name != "Content-Length" {
			req.Header[name] = values
		}
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		a.Fatal(err)
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		a.Fatal(err)
	}
	return reply{res.StatusCode, res.Header, string(text)}
}

// refused is the answer of a store that has to refuse.
func refused(r reply) string {
	switch {
	case r.ok():
		return "no: it is accepted"
	case r.status/100 == 4:
		return yes
	}
	return "no: " + r.String()
}

// done is the answer of a store that has to do something.
func done(err error) string {
	if err == nil {
		return yes
	}
	return "no: " + answer(err)
}

// when is yes if the store does what it has to, and else what it does instead.
func when(right bool, instead string) string {
	if right {
		return yes
	}
	return "no: " + instead
}

// put stores an object as the administrator and returns its version.
func (a *asker) put(key, body string) string {
	a.Helper()
	out, err := a.client.PutObject(a.Context(), &s3.PutObjectInput{Bucket: a.bucket, Key: &key, Body: strings.NewReader(body)})
	if err != nil {
		a.Fatal(err)
	}
	return aws.ToString(out.VersionId)
}

// head looks for an object; nil if there is none.
func (a *asker) head(key string) *s3.HeadObjectOutput {
	out, err := a.client.HeadObject(a.Context(), &s3.HeadObjectInput{Bucket: a.bucket, Key: &key})
	if err != nil {
		return nil
	}
	return out
}

// history returns the versions of a key and how many of them are markers.
func (a *asker) history(key string) (versions []string, markers int) {
	a.Helper()
	out, err := a.client.ListObjectVersions(a.Context(), &s3.ListObjectVersionsInput{Bucket: a.bucket, Prefix: &key})
	if err != nil {
		a.Fatal(err)
	}
	for _, v := range out.Versions {
		versions = append(versions, aws.ToString(v.VersionId))
	}
	return versions, len(out.DeleteMarkers)
}

// upload is a PUT of "hello" that its URL binds to type, length, newness and
// metadata.
func (a *asker) upload(key string) *s3.PutObjectInput {
	return &s3.PutObjectInput{
		Bucket: a.bucket, Key: &key, ContentType: aws.String("text/plain"), ContentLength: aws.Int64(5),
		IfNoneMatch: aws.String("*"), Metadata: map[string]string{"bytepass": "declared"},
	}
}

// sign returns the URL of an upload and the headers it has to be sent with.
func (a *asker) sign(in *s3.PutObjectInput, options ...func(*s3.PresignOptions)) (url string, header http.Header) {
	a.Helper()
	signed, err := a.signer.PresignPutObject(a.Context(), in, options...)
	if err != nil {
		a.Fatal(err)
	}
	return signed.URL, signed.SignedHeader
}

// within waits until what it waits for has come.
func within(d time.Duration, come func() bool) bool {
	for deadline := time.Now().Add(d); ; time.Sleep(20 * time.Millisecond) {
		if come() {
			return true
		}
		if time.Now().After(deadline) {
			return false
		}
	}
}
