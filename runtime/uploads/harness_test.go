package uploads_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log"
	"net/http"
	"os"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"github.com/bytepass/bytepass/runtime/bucket"
	"github.com/bytepass/bytepass/runtime/files"
	"github.com/bytepass/bytepass/runtime/server/embedded"
	"github.com/bytepass/bytepass/runtime/sign"
	"github.com/bytepass/bytepass/runtime/uploads"
	"github.com/bytepass/bytepass/test/process"
)

const (
	bucketName = "files"
	accessKey  = "root"
	secretKey  = "secret-of-root"
	mib        = 1 << 20
)

// gateway is the store of all tests of this package: a process can have one.
var gateway *embedded.Store

func TestMain(m *testing.M) { os.Exit(run(m)) }

func run(m *testing.M) int {
	folder, err := os.MkdirTemp("", "uploads")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(folder)
	address, err := process.FreeAddress()
	if err != nil {
		log.Fatal(err)
	}
	gateway, err = embedded.Start(context.Background(), embedded.Config{
		Folder: folder, Metadata: embedded.Probe(folder), Listen: address,
		AccessKey: accessKey, SecretKey: secretKey, Changed: func(string, string) {},
	})
	if err != nil {
		log.Fatal(err)
	}
	defer gateway.Close()
	client := gateway.Client()
	if _, err := client.CreateBucket(context.Background(), &s3.CreateBucketInput{Bucket: aws.String(bucketName)}); err != nil {
		log.Fatal(err)
	}
	if _, err := client.PutBucketVersioning(context.Background(), &s3.PutBucketVersioningInput{
		Bucket: aws.String(bucketName), VersioningConfiguration: &types.VersioningConfiguration{Status: types.BucketVersioningStatusEnabled},
	}); err != nil {
		log.Fatal(err)
	}
	return m.Run()
}

// connect makes cfg reach the embedded store at an endpoint.
func connect(cfg *uploads.Config, endpoint string) {
	client := embedded.NewClient(endpoint, accessKey, secretKey)
	cfg.Store, cfg.Objects = bucket.NewMultipart(client, bucketName), bucket.New(client, bucketName)
}

// head returns the head of an object that is there.
func head(t testing.TB, s files.Space, key files.Key) files.Head {
	t.Helper()
	h, found, err := bucket.New(gateway.Client(), bucketName).Head(t.Context(), objectKey(t, s, key))
	if err != nil || !found {
		t.Fatalf("no head of %s: %v", key, err)
	}
	return h
}

func newSigner(t testing.TB, endpoint string) *sign.Signer {
	t.Helper()
	s, err := sign.New(sign.Config{
		Endpoint: endpoint, Region: embedded.Region, Bucket: bucketName, PathStyle: true, Now: time.Now,
		Credentials: sign.Static(sign.Credentials{AccessKeyID: accessKey, SecretAccessKey: secretKey}),
	})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

var limits = files.Limits{MaxSize: 1 << 40, MaxMetadata: 1900, Part: 15 * time.Minute}

// newControl returns a Control over the embedded store, as change makes it.
func newControl(t testing.TB, change func(*uploads.Config)) *uploads.Control {
	t.Helper()
	cfg := uploads.Config{Signer: newSigner(t, gateway.Endpoint()), Limits: limits}
	connect(&cfg, gateway.Endpoint())
	if change != nil {
		change(&cfg)
	}
	c, err := uploads.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// person returns a space that no other test has.
func person(t testing.TB) files.Space {
	t.Helper()
	return space(t, t.Name())
}

func space(t testing.TB, owner string) files.Space {
	t.Helper()
	s, err := files.Person(owner)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// content returns size bytes in which no two MiB are the same.
func content(size int) []byte {
	b := make([]byte, size)
	for i := range b {
		b[i] = byte(i>>20 + i%251)
	}
	return b
}

func intent(key string, size int) uploads.Intent {
	n := int64(size)
	return uploads.Intent{Intent: files.Intent{Key: key, MimeType: "video/mp4", Size: &n}}
}

func start(t testing.TB, c *uploads.Control, s files.Space, in uploads.Intent) uploads.Started {
	t.Helper()
	started, err := c.Start(t.Context(), s, in)
	if err != nil {
		t.Fatal(err)
	}
	return started
}

// send PUTs a body to a signed URL and returns the status and the ETag.
func send(t testing.TB, p files.Presigned, body []byte) (status int, etag string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), p.Method, p.URL, bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	for name, value := range p.Headers.Map() {
		req.Header.Set(name, value)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	return res.StatusCode, res.Header.Get("ETag")
}

// sendAll sends a file by the URLs of its parts.
func sendAll(t testing.TB, started uploads.Started, body []byte) []uploads.FinishedPart {
	t.Helper()
	var sent []uploads.FinishedPart
	for _, p := range started.Parts {
		from := int64(p.Number-1) * started.Plan.PartSize
		status, etag := send(t, p.Presigned, body[from:from+p.ContentLength])
		if status != http.StatusOK {
			t.Fatalf("part %d: status %d", p.Number, status)
		}
		sent = append(sent, uploads.FinishedPart{Number: p.Number, ETag: etag})
	}
	return sent
}

// stored returns the current bytes of an object; nil if there are none.
func stored(t testing.TB, s files.Space, key string) []byte {
	t.Helper()
	objectKey, err := s.ObjectKey(files.Key(key))
	if err != nil {
		t.Fatal(err)
	}
	out, err := gateway.Client().GetObject(t.Context(), &s3.GetObjectInput{Bucket: aws.String(bucketName), Key: &objectKey})
	var none *types.NoSuchKey
	if errors.As(err, &none) {
		return nil
	}
	if err != nil {
		t.Fatal(err)
	}
	defer out.Body.Close()
	b, err := io.ReadAll(out.Body)
	if err != nil {
		t.Fatal(err)
	}
	return b
}
