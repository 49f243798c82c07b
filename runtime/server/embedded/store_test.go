package embedded

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"github.com/bytepass/bytepass/test/process"
)

var bucket = aws.String("files")

// told collects what the store tells of changes.
type told struct {
	mu   sync.Mutex
	keys []string
}

func (c *told) add(_, key string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.keys = append(c.keys, key)
}

func (c *told) take() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	keys := c.keys
	c.keys = nil
	return keys
}

func freeAddress(t *testing.T) string {
	t.Helper()
	address, err := process.FreeAddress()
	if err != nil {
		t.Fatal(err)
	}
	return address
}

// start runs a store with a versioned bucket until the test ends.
func start(t *testing.T, m Metadata) (*s3.Client, *told) {
	t.Helper()
	_, c, changes := startStore(t, m)
	return c, changes
}

func startStore(t *testing.T, m Metadata) (*Store, *s3.Client, *told) {
	t.Helper()
	changes := &told{}
	begin := time.Now()
	s, err := Start(t.Context(), Config{Folder: t.TempDir(), Metadata: m, Listen: freeAddress(t), AccessKey: "root", SecretKey: "secret-of-root", Changed: changes.add})
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("up in %v", time.Since(begin))
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Errorf("closing: %v", err)
		}
	})
	c := s.Client()
	if _, err := c.CreateBucket(t.Context(), &s3.CreateBucketInput{Bucket: bucket}); err != nil {
		t.Fatal(err)
	}
	if _, err := c.PutBucketVersioning(t.Context(), &s3.PutBucketVersioningInput{Bucket: bucket, VersioningConfiguration: &types.VersioningConfiguration{Status: "Enabled"}}); err != nil {
		t.Fatal(err)
	}
	return s, c, changes
}

// both runs a test with each way of keeping metadata.
func both(t *testing.T, test func(t *testing.T, c *s3.Client, changes *told)) {
	if got := Probe(t.TempDir()); got != Attributes {
		t.Fatalf("the temporary folder's file system has no extended attributes (%s); set TMPDIR to one that has", got)
	}
	for _, m := range []Metadata{Attributes, Sidecar} {
		t.Run(string(m), func(t *testing.T) {
			c, changes := start(t, m)
			test(t, c, changes)
		})
	}
}

func put(ctx context.Context, c *s3.Client, key, body string) (version string, err error) {
	out, err := c.PutObject(ctx, &s3.PutObjectInput{Bucket: bucket, Key: &key, Body: strings.NewReader(body), ContentType: aws.String("text/plain"), Metadata: map[string]string{"bytepass": body}})
	if err != nil {
		return "", err
	}
	return aws.ToString(out.VersionId), nil
}

func mustPut(t *testing.T, c *s3.Client, key, body string) string {
	t.Helper()
	version, err := put(t.Context(), c, key, body)
	if err != nil {
		t.Fatal(err)
	}
	return version
}

func remove(t *testing.T, c *s3.Client, key, version string) string {
	t.Helper()
	in := &s3.DeleteObjectInput{Bucket: bucket, Key: &key}
	if version != "" {
		in.VersionId = &version
	}
	out, err := c.DeleteObject(t.Context(), in)
	if err != nil {
		t.Fatal(err)
	}
	return aws.ToString(out.VersionId)
}

// content returns what a key holds: body, metadata and version; "" if there is none.
func content(t *testing.T, c *s3.Client, key string) string {
	t.Helper()
	out, err := c.GetObject(t.Context(), &s3.GetObjectInput{Bucket: bucket, Key: &key})
	var answer *awshttp.ResponseError
	if errors.As(err, &answer) && answer.HTTPStatusCode() == http.StatusNotFound {
		return ""
	}
	if err != nil {
		t.Fatal(err)
	}
	defer out.Body.Close()
	body, err := io.ReadAll(out.Body)
	if err != nil {
		t.Fatal(err)
	}
	return fmt.Sprintf("%s %s %s %s", body, out.Metadata["bytepass"], aws.ToString(out.ContentType), aws.ToString(out.VersionId))
}

// history returns the versions of a key, newest first.
func history(t *testing.T, c *s3.Client, key string) []string {
	t.Helper()
	out, err := c.ListObjectVersions(t.Context(), &s3.ListObjectVersionsInput{Bucket: bucket, Prefix: &key})
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for _, v := range out.Versions {
		all = append(all, aws.ToString(v.VersionId))
	}
	for _, m := range out.DeleteMarkers {
		all = append(all, aws.ToString(m.VersionId))
	}
	slices.Sort(all) // ULIDs: by time
	slices.Reverse(all)
	return all
}

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

func TestStartNamesAnAddressThatIsTaken(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	address := l.Addr().String()
	_, err = Start(t.Context(), Config{Folder: t.TempDir(), Metadata: Attributes, Listen: address, AccessKey: "root", SecretKey: "secret", Changed: func(string, string) {}})
	if err == nil || !strings.Contains(err.Error(), address) {
		t.Errorf("error %v, want one that names %s", err, address)
	}
}

func TestObjectsSurviveARestart(t *testing.T) {
	cfg := Config{Folder: t.TempDir(), Metadata: Attributes, Listen: freeAddress(t), AccessKey: "root", SecretKey: "secret", Changed: func(string, string) {}}
	for n := range 2 {
		s, err := Start(t.Context(), cfg)
		if err != nil {
			t.Fatal(err)
		}
		if n == 0 {
			if _, err := s.Client().CreateBucket(t.Context(), &s3.CreateBucketInput{Bucket: bucket}); err != nil {
				t.Fatal(err)
			}
			mustPut(t, s.Client(), "u/alice/a", "x")
		} else if got := content(t, s.Client(), "u/alice/a"); !strings.HasPrefix(got, "x x") {
			t.Errorf("after a restart there is %q", got)
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	}
}
