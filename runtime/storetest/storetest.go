// Package storetest gives tests a real S3 server: the embedded store, with one
// versioned bucket, for the length of a test. The server enforces signatures,
// conditions, checksums and form policies as S3 does.
//
// One store can run in a process at a time, and it changes the working
// directory: a test binary that uses it reads no files by relative paths.
package storetest

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"github.com/bytepass/bytepass/runtime/server/embedded"
	"github.com/bytepass/bytepass/test/process"
)

// Store is a running store. It is addressed by path.
type Store struct {
	Endpoint             string
	Region               string
	Bucket               string
	AccessKey, SecretKey string
	Client               *s3.Client // with all rights
}

// Start runs a store until the test ends.
func Start(t *testing.T) *Store {
	t.Helper()
	address, err := process.FreeAddress()
	if err != nil {
		t.Fatal(err)
	}
	folder := t.TempDir()
	cfg := embedded.Config{
		Folder: folder, Metadata: embedded.Probe(folder), Listen: address,
		AccessKey: "root", SecretKey: "secret-of-root", Changed: func(string, string) {},
	}
	running, err := embedded.Start(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := running.Close(); err != nil {
			t.Errorf("closing the store: %v", err)
		}
	})
	s := &Store{
		Endpoint: running.Endpoint(), Region: embedded.Region, Bucket: "files",
		AccessKey: cfg.AccessKey, SecretKey: cfg.SecretKey, Client: running.Client(),
	}
	if _, err := s.Client.CreateBucket(t.Context(), &s3.CreateBucketInput{Bucket: &s.Bucket}); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Client.PutBucketVersioning(t.Context(), &s3.PutBucketVersioningInput{
		Bucket:                  aws.String(s.Bucket),
		VersioningConfiguration: &types.VersioningConfiguration{Status: types.BucketVersioningStatusEnabled},
	}); err != nil {
		t.Fatal(err)
	}
	return s
}
