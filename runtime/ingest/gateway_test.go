package ingest

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/versity/versitygw/backend/meta"
	"github.com/versity/versitygw/backend/posix"
	"github.com/versity/versitygw/embedgw"

	"github.com/bytepass/bytepass/test/process"
)

// The gateway changes its process's working folder and can run only once in it,
// so the test binary runs itself once more as the gateway.
func TestMain(m *testing.M) {
	if folder := os.Getenv("TEST_VERSITYGW_FOLDER"); folder != "" {
		fmt.Fprintln(os.Stderr, runGateway(folder, os.Getenv("TEST_VERSITYGW_ADDRESS"), os.Getenv("TEST_VERSITYGW_WEBHOOK")))
		os.Exit(1)
	}
	os.Exit(m.Run())
}

func runGateway(folder, address, webhook string) error {
	go func() { // it ends with the test, however that ends
		_, _ = io.Copy(io.Discard, os.Stdin)
		os.Exit(0)
	}()
	options := posix.PosixOpts{VersioningDir: filepath.Join(folder, "versions"), NewDirPerm: 0o755, CopyObjectThreshold: 5 << 30}
	backend, err := posix.New(filepath.Join(folder, "objects"), meta.XattrMeta{}, options)
	if err != nil {
		return err
	}
	return embedgw.RunVersityGW(context.Background(), backend, &embedgw.Config{
		RootUserAccess: "root", RootUserSecret: "rootsecret", Ports: []string{address},
		MaxConnections: 100, MaxRequests: 100, MultipartMaxParts: 10000, Quiet: true, EventWebhookURL: webhook,
	})
}

// startGateway starts versitygw with a versioned bucket that tells webhook of
// every change.
func startGateway(t *testing.T, webhook string) *store {
	t.Helper()
	folder := t.TempDir()
	for _, name := range []string{"objects", "versions"} {
		if err := os.Mkdir(filepath.Join(folder, name), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	address, err := process.FreeAddress()
	if err != nil {
		t.Fatal(err)
	}

	var output bytes.Buffer
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), "TEST_VERSITYGW_FOLDER="+folder, "TEST_VERSITYGW_ADDRESS="+address, "TEST_VERSITYGW_WEBHOOK="+webhook)
	cmd.Stdout, cmd.Stderr = &output, &output
	input, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = input.Close()
		_ = cmd.Wait()
		if t.Failed() {
			t.Logf("versitygw says:\n%s", output.String())
		}
	})
	s := &store{bucket: "bucket", locks: map[string]*sync.Mutex{}, client: s3.New(s3.Options{
		BaseEndpoint: aws.String("http://" + address), Region: "us-east-1", UsePathStyle: true,
		Credentials: credentials.NewStaticCredentialsProvider("root", "rootsecret", ""),
	})}
	for deadline := time.Now().Add(2 * time.Minute); ; time.Sleep(20 * time.Millisecond) {
		if _, err = s.client.CreateBucket(t.Context(), &s3.CreateBucketInput{Bucket: &s.bucket}); err == nil {
			break
		}
		if time.Now().After(deadline) {
			t.Fatalf("versitygw does not start: %v", err)
		}
	}
	_, err = s.client.PutBucketVersioning(t.Context(), &s3.PutBucketVersioningInput{
		Bucket: &s.bucket, VersioningConfiguration: &types.VersioningConfiguration{Status: types.BucketVersioningStatusEnabled},
	})
	if err != nil {
		t.Fatal(err)
	}
	return s
}
