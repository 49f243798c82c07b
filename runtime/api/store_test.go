package api

import (
	"bytes"
	"context"
	"io"
	"log"
	"net"
	"net/http"
	"os"
	"sync"
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
)

const storeBucket = "files"

// theStore is the real store of the tests about uploads in parts: a process can
// have one, so it starts with the first of them and ends with the last.
var theStore struct {
	once   sync.Once
	folder string
	*embedded.Store
}

func TestMain(m *testing.M) {
	code := m.Run()
	if theStore.Store != nil {
		if err := theStore.Close(); err != nil {
			log.Print(err)
		}
		os.RemoveAll(theStore.folder)
	}
	os.Exit(code)
}

func store(t testing.TB) *embedded.Store {
	t.Helper()
	theStore.once.Do(func() {
		folder, err := os.MkdirTemp("", "api")
		if err != nil {
			t.Fatal(err)
		}
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		l.Close()
		s, err := embedded.Start(context.Background(), embedded.Config{
			Folder: folder, Metadata: embedded.Probe(folder), Listen: l.Addr().String(),
			AccessKey: "root", SecretKey: "secret-of-root", Changed: func(string, string) {},
		})
		if err != nil {
			t.Fatal(err)
		}
		theStore.Store, theStore.folder = s, folder
		client := s.Client()
		if _, err := client.CreateBucket(context.Background(), &s3.CreateBucketInput{Bucket: aws.String(storeBucket)}); err != nil {
			t.Fatal(err)
		}
		if _, err := client.PutBucketVersioning(context.Background(), &s3.PutBucketVersioningInput{
			Bucket: aws.String(storeBucket), VersioningConfiguration: &types.VersioningConfiguration{Status: types.BucketVersioningStatusEnabled},
		}); err != nil {
			t.Fatal(err)
		}
	})
	if theStore.Store == nil {
		t.Fatal("the store did not start")
	}
	return theStore.Store
}

// newStoreRig is a rig whose uploads end in a real store.
func newStoreRig(t testing.TB, change func(*Config)) *rig {
	t.Helper()
	s := store(t)
	signer, err := sign.New(sign.Config{
		Endpoint: s.Endpoint(), Region: embedded.Region, Bucket: storeBucket, PathStyle: true, Now: time.Now,
		Credentials: sign.Static(sign.Credentials{AccessKeyID: "root", SecretAccessKey: "secret-of-root"}),
	})
	if err != nil {
		t.Fatal(err)
	}
	return newRig(t, func(cfg *Config) {
		cfg.Uploads = signer
		if change != nil {
			change(cfg)
		}
		client := s.Client()
		control, err := uploads.New(uploads.Config{
			Store: struct {
				*bucket.Multipart
				*bucket.Bucket
			}{bucket.NewMultipart(client, storeBucket), bucket.New(client, storeBucket)},
			Signer: signer, Bucket: storeBucket, Limits: cfg.Limits,
		})
		if err != nil {
			t.Fatal(err)
		}
		cfg.Multipart = control
	})
}

// put sends a body to a signed URL and returns the status and the headers.
func put(t testing.TB, url string, headers map[string]string, body []byte) (int, http.Header) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPut, url, bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	for name, value := range headers {
		req.Header.Set(name, value)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	_, _ = io.Copy(io.Discard, res.Body)
	return res.StatusCode, res.Header
}

// content returns size bytes in which no two MiB are the same.
func content(size int) []byte {
	b := make([]byte, size)
	for i := range b {
		b[i] = byte(i>>20 + i%251)
	}
	return b
}

// stored returns the current bytes of a file of alice.
func stored(t testing.TB, key files.Key) []byte {
	t.Helper()
	object, err := person(t, "alice").ObjectKey(key)
	if err != nil {
		t.Fatal(err)
	}
	out, err := store(t).Client().GetObject(t.Context(), &s3.GetObjectInput{Bucket: aws.String(storeBucket), Key: &object})
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
