package embedded

import (
	"crypto/x509"
	"encoding/pem"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/s3"
)

// TestHTTPS: the store answers a client that trusts its certificate, and no
// other comes through, in either direction.
func TestHTTPS(t *testing.T) {
	cert, key := certificateFiles(t)
	s, err := Start(t.Context(), Config{
		Folder: t.TempDir(), Metadata: Sidecar, Listen: freeAddress(t), AccessKey: "root", SecretKey: "secret-of-root", Changed: func(_, _ string) {},
		CertFile: cert, KeyFile: key,
	})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if _, err := s.Client().CreateBucket(t.Context(), &s3.CreateBucketInput{Bucket: bucket}); err != nil {
		t.Errorf("with trust: %v", err)
	}
	for name, file := range map[string]string{"everybody": "", "another": key} {
		c := NewClient(s.Endpoint(), "root", "secret-of-root", Over(Transport(file)), func(o *s3.Options) { o.RetryMaxAttempts = 1 })
		if _, err := c.HeadBucket(t.Context(), &s3.HeadBucketInput{Bucket: bucket}); err == nil || !strings.Contains(err.Error(), "certificate") {
			t.Errorf("who trusts %s gets through: %v", name, err)
		}
	}
	if res, err := http.Get(strings.Replace(s.Endpoint(), "https://", "http://", 1)); err == nil {
		res.Body.Close()
		t.Errorf("HTTP is answered: %s", res.Status)
	}
}

// certificateFiles writes the certificate and key that net/http/httptest has
// for loopback.
func certificateFiles(t *testing.T) (cert, key string) {
	t.Helper()
	s := httptest.NewTLSServer(http.NotFoundHandler())
	defer s.Close()
	pair := s.TLS.Certificates[0]
	secret, err := x509.MarshalPKCS8PrivateKey(pair.PrivateKey)
	if err != nil {
		t.Fatal(err)
	}
	cert, key = filepath.Join(t.TempDir(), "cert.pem"), filepath.Join(t.TempDir(), "key.pem")
	for path, block := range map[string]*pem.Block{cert: {Type: "CERTIFICATE", Bytes: pair.Certificate[0]}, key: {Type: "PRIVATE KEY", Bytes: secret}} {
		if err := os.WriteFile(path, pem.EncodeToMemory(block), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return cert, key
}
