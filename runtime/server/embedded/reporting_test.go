package embedded

import (
	"bytes"
	"encoding/json"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/smithy-go"
)

// lines is what a log has written.
type lines struct {
	mu sync.Mutex
	bytes.Buffer
}

func (l *lines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.Buffer.Write(p)
}

func (l *lines) take() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	defer l.Reset()
	return l.String()
}

// What fails inside the store is one line of the log, and nothing on the
// standard error. What S3 refuses is no failure.
func TestFailuresAreLogged(t *testing.T) {
	log, stderr := &lines{}, captureStderr(t)
	s, err := Start(t.Context(), Config{
		Folder: t.TempDir(), Metadata: Attributes, Listen: freeAddress(t), AccessKey: "root", SecretKey: "secret-of-root",
		Changed: func(string, string) {}, Log: slog.New(slog.NewJSONHandler(log, nil)),
	})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	c := s.Client(func(o *s3.Options) { o.Retryer = aws.NopRetryer{} })
	if _, err := c.CreateBucket(t.Context(), &s3.CreateBucketInput{Bucket: bucket}); err != nil {
		t.Fatal(err)
	}
	if _, err := c.GetObject(t.Context(), &s3.GetObjectInput{Bucket: bucket, Key: aws.String("u/none")}); err == nil {
		t.Error("what is not there was read")
	}
	if got := log.take(); got != "" {
		t.Errorf("a refusal is logged: %s", got)
	}
	// A file stands where the store keeps what is on its way.
	hidden := filepath.Join(s.cfg.Folder, objectsFolder, *bucket, ".sgwtmp")
	if err := errors.Join(os.RemoveAll(hidden), os.WriteFile(hidden, nil, 0o600)); err != nil {
		t.Fatal(err)
	}
	_, err = c.PutObject(t.Context(), &s3.PutObjectInput{Bucket: bucket, Key: aws.String("u/alice/a"), Body: strings.NewReader("x")})
	var said smithy.APIError
	if !errors.As(err, &said) || said.ErrorCode() != "InternalError" {
		t.Errorf("the client hears %v", err)
	}
	var line struct{ Level, Operation, Error string }
	if got := log.take(); json.Unmarshal([]byte(got), &line) != nil || line.Level != "ERROR" || line.Operation != "PutObject" || line.Error == "" || strings.Contains(got, "X-Amz") {
		t.Errorf("the log has %q", got)
	}
	if got := stderr(); got != "" {
		t.Errorf("the standard error has %q", got)
	}
}

// captureStderr returns a function that ends the capture and returns what was
// written to the standard error meanwhile.
func captureStderr(t *testing.T) func() string {
	t.Helper()
	file, err := os.Create(filepath.Join(t.TempDir(), "stderr"))
	if err != nil {
		t.Fatal(err)
	}
	was := os.Stderr
	os.Stderr = file
	end := sync.OnceFunc(func() { os.Stderr = was })
	t.Cleanup(func() { end(); file.Close() })
	return func() string {
		end()
		written, err := os.ReadFile(file.Name())
		if err != nil {
			t.Error(err)
		}
		return string(written)
	}
}
