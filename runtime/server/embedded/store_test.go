package embedded

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
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
	s, err := Start(t.Context(), Config{Folder: t.TempDir(), Metadata: m, Listen: freeAddress(t), AccessKey: "root", SecretKey: "secret-of-root", Changed: changes.add, Log: slog.New(slog.NewTextHandler(t.Output(), nil))})
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
