package embedded

import (
	"fmt"
	"net"
	"net/http"
	"net/url"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
)

// TestACutBodyIsNotKept ends the connection in the middle of an object and of a
// part, as a client does that dies: neither is there afterwards.
func TestACutBodyIsNotKept(t *testing.T) {
	both(t, func(t *testing.T, c *s3.Client, _ *told) {
		bucket, key := aws.String("files"), aws.String("u/alice/cut")
		upload, err := c.CreateMultipartUpload(t.Context(), &s3.CreateMultipartUploadInput{Bucket: bucket, Key: key})
		if err != nil {
			t.Fatal(err)
		}
		signer := s3.NewPresignClient(c)
		object, err := signer.PresignPutObject(t.Context(), &s3.PutObjectInput{Bucket: bucket, Key: key})
		if err != nil {
			t.Fatal(err)
		}
		part, err := signer.PresignUploadPart(t.Context(), &s3.UploadPartInput{Bucket: bucket, Key: key, UploadId: upload.UploadId, PartNumber: aws.Int32(1)})
		if err != nil {
			t.Fatal(err)
		}
		for _, signed := range []string{object.URL, part.URL} {
			cut(t, signed, 3<<20, 5<<20)
		}
		if _, err := c.HeadObject(t.Context(), &s3.HeadObjectInput{Bucket: bucket, Key: key}); err == nil {
			t.Error("an object is there that never arrived as a whole")
		}
		parts, err := c.ListParts(t.Context(), &s3.ListPartsInput{Bucket: bucket, Key: key, UploadId: upload.UploadId})
		if err != nil || len(parts.Parts) != 0 {
			t.Errorf("%d parts are there that never arrived as a whole, %v", len(parts.Parts), err)
		}
	})
}

// cut announces a body of length bytes, sends some of them, and hangs up.
func cut(t *testing.T, signed string, sent, length int) {
	t.Helper()
	u, err := url.Parse(signed)
	if err != nil {
		t.Fatal(err)
	}
	conn, err := net.Dial("tcp", u.Host)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := fmt.Fprintf(conn, "%s %s HTTP/1.1\r\nHost: %s\r\nContent-Length: %d\r\n\r\n%s", http.MethodPut, u.RequestURI(), u.Host, length, make([]byte, sent)); err != nil {
		t.Fatal(err)
	}
	if err := conn.(*net.TCPConn).CloseWrite(); err != nil {
		t.Fatal(err)
	}
	// The store hangs up too, when it has dealt with what came.
	if err := conn.SetReadDeadline(time.Now().Add(time.Minute)); err != nil {
		t.Fatal(err)
	}
	for buf := make([]byte, 1024); err == nil; {
		_, err = conn.Read(buf)
	}
	conn.Close()
}
