package embedded

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/versity/versitygw/backend/posix"
)

// TestInterruptedCompletion has a store start on what a process leaves that is
// killed while it completes an upload: before the object is there, and after.
func TestInterruptedCompletion(t *testing.T) {
	for _, m := range []Metadata{Attributes, Sidecar} {
		t.Run(string(m), func(t *testing.T) {
			cfg := Config{Folder: t.TempDir(), Metadata: m, Listen: freeAddress(t), AccessKey: "root", SecretKey: "secret-of-root", Changed: func(string, string) {}}
			s, err := Start(t.Context(), cfg)
			if err != nil {
				t.Fatal(err)
			}
			c := s.Client()
			if _, err := c.CreateBucket(t.Context(), &s3.CreateBucketInput{Bucket: bucket}); err != nil {
				t.Fatal(err)
			}
			fresh := beginUpload(t, c, "u/alice/fresh")
			over := beginUpload(t, c, "u/alice/film")
			done := beginUpload(t, c, "u/alice/film")
			done.complete(t, c)
			if err := s.Close(); err != nil {
				t.Fatal(err)
			}
			interrupt(t, cfg, fresh)
			beside := filepath.Dir(interrupt(t, cfg, over))
			left := filepath.Join(beside, done.id+".etag-1.inprogress")
			if err := os.Mkdir(left, 0o700); err != nil {
				t.Fatal(err)
			}
			hidden := filepath.Join(cfg.Folder, objectsFolder, *bucket, posix.MetaTmpDir)
			versions := filepath.Join(cfg.Folder, "versions", *bucket, posix.MetaTmpDir)
			if err := os.MkdirAll(versions, 0o700); err != nil {
				t.Fatal(err)
			}
			for _, path := range []string{filepath.Join(hidden, "1.1"), filepath.Join(beside, "1.2"), filepath.Join(versions, "1.3")} {
				if err := os.WriteFile(path, []byte("half"), 0o600); err != nil {
					t.Fatal(err)
				}
				defer func() {
					if _, err := os.Stat(path); !os.IsNotExist(err) {
						t.Errorf("what was being written is still there: %v", err)
					}
				}()
			}

			cfg.Listen = freeAddress(t)
			if s, err = Start(t.Context(), cfg); err != nil {
				t.Fatal(err)
			}
			defer s.Close()
			c = s.Client()
			list, err := c.ListMultipartUploads(t.Context(), &s3.ListMultipartUploadsInput{Bucket: bucket})
			if err != nil || len(list.Uploads) != 2 || *list.Uploads[0].UploadId != over.id || *list.Uploads[1].UploadId != fresh.id {
				t.Fatalf("uploads %+v, %v", list, err)
			}
			if _, err := os.Stat(left); !os.IsNotExist(err) {
				t.Errorf("what is left of the completed upload is still there: %v", err)
			}
			for _, u := range []upload{fresh, over} {
				u.complete(t, c)
				if got := content(t, c, u.key); !strings.HasPrefix(got, "bytes x ") {
					t.Errorf("there is %q", got)
				}
			}
		})
	}
}

// upload is one in parts, with its only part sent.
type upload struct{ key, id, part string }

func beginUpload(t *testing.T, c *s3.Client, key string) upload {
	t.Helper()
	u, err := c.CreateMultipartUpload(t.Context(), &s3.CreateMultipartUploadInput{Bucket: bucket, Key: &key, Metadata: map[string]string{"bytepass": "x"}})
	if err != nil {
		t.Fatal(err)
	}
	sent, err := c.UploadPart(t.Context(), &s3.UploadPartInput{Bucket: bucket, Key: &key, UploadId: u.UploadId, PartNumber: aws.Int32(1), Body: strings.NewReader("bytes")})
	if err != nil {
		t.Fatal(err)
	}
	return upload{key, *u.UploadId, *sent.ETag}
}

func (u upload) complete(t *testing.T, c *s3.Client) {
	t.Helper()
	_, err := c.CompleteMultipartUpload(t.Context(), &s3.CompleteMultipartUploadInput{
		Bucket: bucket, Key: &u.key, UploadId: &u.id,
		MultipartUpload: &types.CompletedMultipartUpload{Parts: []types.CompletedPart{{PartNumber: aws.Int32(1), ETag: &u.part}}},
	})
	if err != nil {
		t.Fatal(err)
	}
}

// interrupt leaves the upload as a process does that is killed while it
// completes it, and returns the upload's folder.
func interrupt(t *testing.T, cfg Config, u upload) string {
	t.Helper()
	objects := filepath.Join(cfg.Folder, objectsFolder)
	found, err := filepath.Glob(filepath.Join(objects, *bucket, posix.MetaTmpMultipartDir, "*", u.id))
	if err != nil || len(found) != 1 {
		t.Fatalf("the gateway keeps uploads elsewhere: %v, %v", found, err)
	}
	paths := found
	if cfg.Metadata == Sidecar {
		inside, err := filepath.Rel(objects, found[0])
		if err != nil {
			t.Fatal(err)
		}
		paths = append(paths, filepath.Join(cfg.Folder, "sidecar", inside))
	}
	for _, path := range paths {
		if err := os.Rename(path, path+".etag-1.inprogress"); err != nil {
			t.Fatal(err)
		}
	}
	return found[0]
}
