package api

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"log"
	"net/http"
	"os"
	"os/exec"
	"strings"
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
	"github.com/bytepass/bytepass/test/process"
)

const storeBucket = "files"

// theStore is the real store of the tests about uploads. It is a process of its
// own, this test binary started again, because it changes its working folder.
var theStore struct {
	once     sync.Once
	endpoint string
	stop     func()
}

// storeFolder is the variable that makes a test binary the store.
const storeFolder = "BYTEPASS_TEST_STORE_FOLDER"

func TestMain(m *testing.M) {
	if folder := os.Getenv(storeFolder); folder != "" {
		if err := serveStore(folder); err != nil {
			log.Fatal(err)
		}
		return
	}
	code := m.Run()
	if theStore.stop != nil {
		theStore.stop()
	}
	os.Exit(code)
}

// serveStore runs a store with a versioned bucket and tells its endpoint, until
// standard input ends.
func serveStore(folder string) error {
	ctx := context.Background()
	address, err := process.FreeAddress()
	if err != nil {
		return err
	}
	s, err := embedded.Start(ctx, embedded.Config{
		Folder: folder, Metadata: embedded.Probe(folder), Listen: address,
		AccessKey: "root", SecretKey: "secret-of-root", Changed: func(string, string) {},
	})
	if err != nil {
		return err
	}
	client := s.Client()
	if _, err := client.CreateBucket(ctx, &s3.CreateBucketInput{Bucket: aws.String(storeBucket)}); err != nil {
		return err
	}
	if _, err := client.PutBucketVersioning(ctx, &s3.PutBucketVersioningInput{
		Bucket: aws.String(storeBucket), VersioningConfiguration: &types.VersioningConfiguration{Status: types.BucketVersioningStatusEnabled},
	}); err != nil {
		return err
	}
	fmt.Println("endpoint", s.Endpoint())
	_, _ = io.Copy(io.Discard, os.Stdin)
	return s.Close()
}

// storeEndpoint starts the store with the first test that needs it.
func storeEndpoint(t testing.TB) string {
	t.Helper()
	theStore.once.Do(func() {
		folder, err := os.MkdirTemp("", "api")
		if err != nil {
			t.Fatal(err)
		}
		cmd := exec.Command(os.Args[0]) //nolint:gosec // this very program
		cmd.Env = append(os.Environ(), storeFolder+"="+folder)
		cmd.Stderr = os.Stderr
		stdin, err := cmd.StdinPipe()
		if err != nil {
			t.Fatal(err)
		}
		stdout, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		theStore.stop = func() {
			_ = stdin.Close()
			if err := cmd.Wait(); err != nil {
				log.Print("the store: ", err)
			}
			_ = os.RemoveAll(folder)
		}
		lines := bufio.NewScanner(stdout)
		for lines.Scan() {
			if endpoint, ok := strings.CutPrefix(lines.Text(), "endpoint "); ok {
				theStore.endpoint = endpoint
				return
			}
		}
	})
	if theStore.endpoint == "" {
		t.Fatal("the store did not start")
	}
	return theStore.endpoint
}

func storeClient(t testing.TB) *s3.Client {
	t.Helper()
	return embedded.NewClient(storeEndpoint(t), "root", "secret-of-root")
}

// newStoreRig is a rig whose uploads end in a real store.
func newStoreRig(t testing.TB, change func(*Config)) *rig {
	t.Helper()
	signer, err := sign.New(sign.Config{
		Endpoint: storeEndpoint(t), Region: embedded.Region, Bucket: storeBucket, PathStyle: true, Now: time.Now,
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
		client := storeClient(t)
		control, err := uploads.New(uploads.Config{
			Store: bucket.NewMultipart(client, storeBucket), Objects: bucket.New(client, storeBucket), Signer: signer, Bucket: storeBucket, Limits: cfg.Limits,
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
	out, err := storeClient(t).GetObject(t.Context(), &s3.GetObjectInput{Bucket: aws.String(storeBucket), Key: &object})
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
