package e2e

import (
	"bytes"
	"errors"
	"net/http"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"github.com/bytepass/bytepass/runtime/files"
)

// objectKey returns where the bucket holds one of owner's files.
func objectKey(t T, owner, key string) string {
	t.Helper()
	space, err := files.Person(owner)
	if err != nil {
		t.Fatalf("the space of %q: %v", owner, err)
	}
	parsed, err := files.ParseKey(key)
	if err != nil {
		t.Fatalf("the key %q: %v", key, err)
	}
	object, err := space.ObjectKey(parsed)
	if err != nil {
		t.Fatalf("the object key of %q: %v", key, err)
	}
	return object
}

// head asks the bucket itself for one of owner's files; nil if there is none.
func (w *World) head(t T, owner, key string) *s3.HeadObjectOutput {
	t.Helper()
	client, bucket := w.Store()
	out, err := client.HeadObject(w.ctx, &s3.HeadObjectInput{Bucket: &bucket, Key: aws.String(objectKey(t, owner, key))})
	var answer *awshttp.ResponseError
	if errors.As(err, &answer) && answer.HTTPStatusCode() == http.StatusNotFound {
		return nil
	}
	if err != nil {
		t.Fatalf("head of %q: %v", key, err)
	}
	return out
}

// plant puts an object into one of owner's keys behind the API's back, with a
// declaration that nobody signed.
func (w *World) plant(t T, owner, key, mimeType string, body []byte, d files.Declaration) {
	t.Helper()
	client, bucket := w.Store()
	in := &s3.PutObjectInput{
		Bucket: &bucket, Key: aws.String(objectKey(t, owner, key)),
		Body: bytes.NewReader(body), ContentType: &mimeType,
	}
	if !d.IsZero() {
		in.Metadata = map[string]string{files.DeclarationMeta: d.Encode()}
	}
	if _, err := client.PutObject(w.ctx, in); err != nil {
		t.Fatalf("planting %q: %v", key, err)
	}
}

func sorted(keys []string) []string {
	keys = slices.Clone(keys)
	slices.Sort(keys)
	return keys
}
