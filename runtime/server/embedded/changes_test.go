package embedded

import (
	"bytes"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
)

func TestUndelete(t *testing.T) {
	both(t, func(t *testing.T, c *s3.Client, _ *told) {
		const key = "u/alice/folder/a.txt"
		first, second := mustPut(t, c, key, "one"), mustPut(t, c, key, "two")
		marker := remove(t, c, key, "")
		if got := content(t, c, key); got != "" {
			t.Errorf("deleted, and there is %q", got)
		}
		if got := history(t, c, key); !slices.Equal(got, []string{marker, second, first}) {
			t.Errorf("history %v", got)
		}
		remove(t, c, key, marker)
		if got, want := content(t, c, key), "two two text/plain "+second; got != want {
			t.Errorf("after undelete there is %q, want %q", got, want)
		}
		if got := history(t, c, key); !slices.Equal(got, []string{second, first}) {
			t.Errorf("history %v", got)
		}
		remove(t, c, key, second)
		remove(t, c, key, first)
		if got := history(t, c, key); content(t, c, key) != "" || len(got) != 0 {
			t.Errorf("all versions are removed, and there is %v", got)
		}
		if third := mustPut(t, c, key, "three"); content(t, c, key) != "three three text/plain "+third {
			t.Error("the key cannot be used again")
		}
	})
}

func TestAcknowledgedVersionsSurviveConcurrentDeletes(t *testing.T) {
	both(t, func(t *testing.T, c *s3.Client, _ *told) {
		const key, writers, rounds = "u/alice/busy.txt", 4, 25
		var mu sync.Mutex
		acknowledged := map[string]bool{}
		var wg sync.WaitGroup
		for w := range writers {
			wg.Go(func() {
				for r := range rounds {
					version, err := put(t.Context(), c, key, fmt.Sprintf("%d-%d", w, r))
					if err != nil {
						t.Errorf("put: %v", err)
						return
					}
					mu.Lock()
					acknowledged[version] = true
					mu.Unlock()
					if _, err := c.DeleteObject(t.Context(), &s3.DeleteObjectInput{Bucket: bucket, Key: aws.String(key)}); err != nil {
						t.Errorf("delete: %v", err)
						return
					}
				}
			})
		}
		wg.Wait()
		left := history(t, c, key)
		for version := range acknowledged {
			if !slices.Contains(left, version) {
				t.Errorf("version %s was acknowledged and is gone", version)
			}
		}
	})
}

func TestConditionalDeleteSparesTheNewer(t *testing.T) {
	both(t, func(t *testing.T, c *s3.Client, _ *told) {
		for n := range 25 {
			key := fmt.Sprintf("u/alice/%d", n)
			old, err := c.PutObject(t.Context(), &s3.PutObjectInput{Bucket: bucket, Key: &key, Body: strings.NewReader("old")})
			if err != nil {
				t.Fatal(err)
			}
			var wg sync.WaitGroup
			wg.Go(func() {
				_, err := c.DeleteObject(t.Context(), &s3.DeleteObjectInput{Bucket: bucket, Key: &key, IfMatch: old.ETag})
				var answer *awshttp.ResponseError
				if errors.As(err, &answer) && answer.HTTPStatusCode() == http.StatusPreconditionFailed {
					return
				}
				if err != nil {
					t.Errorf("delete: %v", err)
				}
			})
			wg.Go(func() {
				if _, err := put(t.Context(), c, key, "new"); err != nil {
					t.Errorf("put: %v", err)
				}
			})
			wg.Wait()
			if got := content(t, c, key); !strings.HasPrefix(got, "new new") {
				t.Errorf("the newer version is not current: %q", got)
			}
		}
	})
}

func TestEveryChangeIsTold(t *testing.T) {
	c, changes := start(t, Attributes)
	const key = "u/alice/Grüße +%20?#&x 💾/א.txt"
	changes.take()
	is := func(what string, want ...string) {
		t.Helper()
		got := changes.take()
		slices.Sort(got)
		if !slices.Equal(got, want) {
			t.Errorf("%s: told of %q, want %q", what, got, want)
		}
	}
	version := mustPut(t, c, key, "x")
	is("put", key)
	marker := remove(t, c, key, "")
	is("delete", key)
	remove(t, c, key, marker)
	is("undelete", key)
	if _, err := c.CopyObject(t.Context(), &s3.CopyObjectInput{
		Bucket: bucket, Key: aws.String("u/alice/copy"), CopySource: aws.String("files/u/alice/Gr%C3%BC%C3%9Fe%20%2B%2520%3F%23%26x%20%F0%9F%92%BE/%D7%90.txt?versionId=" + version),
	}); err != nil {
		t.Fatal(err)
	}
	is("copy", "u/alice/copy")
	if _, err := c.DeleteObjects(t.Context(), &s3.DeleteObjectsInput{Bucket: bucket, Delete: &types.Delete{Objects: []types.ObjectIdentifier{{Key: aws.String("u/alice/copy")}, {Key: aws.String(key)}}}}); err != nil {
		t.Fatal(err)
	}
	is("delete many", key, "u/alice/copy")

	upload, err := c.CreateMultipartUpload(t.Context(), &s3.CreateMultipartUploadInput{Bucket: bucket, Key: aws.String("u/alice/big")})
	if err != nil {
		t.Fatal(err)
	}
	part, err := c.UploadPart(t.Context(), &s3.UploadPartInput{Bucket: bucket, Key: upload.Key, UploadId: upload.UploadId, PartNumber: aws.Int32(1), Body: bytes.NewReader(make([]byte, 1000))})
	if err != nil {
		t.Fatal(err)
	}
	is("a part is no change")
	if _, err := c.CompleteMultipartUpload(t.Context(), &s3.CompleteMultipartUploadInput{
		Bucket: bucket, Key: upload.Key, UploadId: upload.UploadId,
		MultipartUpload: &types.CompletedMultipartUpload{Parts: []types.CompletedPart{{PartNumber: aws.Int32(1), ETag: part.ETag}}},
	}); err != nil {
		t.Fatal(err)
	}
	is("complete", "u/alice/big")
}
