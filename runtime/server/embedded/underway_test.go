package embedded

import (
	"bufio"
	"bytes"
	"io"
	"net"
	"net/http"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
)

// Connections of browsers that are open for what may come do not keep a store
// from stopping, which would take ten seconds.
func TestCloseLeavesIdleConnections(t *testing.T) {
	s, _, _ := startStore(t, Attributes)
	unused, err := net.Dial("tcp", s.cfg.Listen)
	if err != nil {
		t.Fatal(err)
	}
	defer unused.Close()
	used, err := net.Dial("tcp", s.cfg.Listen)
	if err != nil {
		t.Fatal(err)
	}
	defer used.Close()
	if _, err := io.WriteString(used, "GET /files/x HTTP/1.1\r\nHost: store\r\n\r\n"); err != nil {
		t.Fatal(err)
	}
	answer, err := http.ReadResponse(bufio.NewReader(used), nil)
	if err != nil {
		t.Fatal(err)
	}
	answer.Body.Close()
	begin := time.Now()
	if err := s.Close(); err != nil {
		t.Error(err)
	}
	if took := time.Since(begin); took > 5*time.Second {
		t.Errorf("closing took %v with two idle connections", took)
	}
	unused.Close() // which the gateway waits for
	again, err := Start(t.Context(), s.cfg)
	if err != nil {
		t.Fatalf("a store behind one that was closed: %v", err)
	}
	if err := again.Close(); err != nil {
		t.Error(err)
	}
}

// What is being downloaded when a store stops arrives.
func TestCloseWaitsForADownload(t *testing.T) {
	s, c, _ := startStore(t, Attributes)
	want := bytes.Repeat([]byte("0123456789abcdef"), 2<<20)
	if _, err := c.PutObject(t.Context(), &s3.PutObjectInput{Bucket: bucket, Key: aws.String("u/alice/large"), Body: bytes.NewReader(want)}); err != nil {
		t.Fatal(err)
	}
	out, err := c.GetObject(t.Context(), &s3.GetObjectInput{Bucket: bucket, Key: aws.String("u/alice/large")})
	if err != nil {
		t.Fatal(err)
	}
	defer out.Body.Close()
	closed := make(chan error, 1)
	go func() { closed <- s.Close() }()
	select {
	case err := <-closed:
		t.Fatalf("the store has stopped below a download: %v", err)
	case <-time.After(time.Second):
	}
	got, err := io.ReadAll(out.Body)
	if err != nil || !bytes.Equal(got, want) {
		t.Errorf("%d of %d bytes have arrived: %v", len(got), len(want), err)
	}
	if err := <-closed; err != nil {
		t.Error(err)
	}
}
