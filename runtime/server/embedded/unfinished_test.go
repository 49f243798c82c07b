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
			c, key := s.Client(), aws.String("u/alice/film")
			if _, err := c.CreateBucket(t.Context(), &s3.CreateBucketInput{Bucket: bucket}); err != nil {
				t.Fatal(err)
			}
			begin := func() (id, part *string) {
				upload, err := c.CreateMultipartUpload(t.Context(), &s3.CreateMultipartUploadInput{Bucket: bucket, Key: key, Metadata: map[string]string{"bytepass": "x"}})
				if err != nil {
					t.Fatal(err)
				}
				sent, err := c.UploadPart(t.Context(), &s3.UploadPartInput{Bucket: bucket, Key: key, UploadId: upload.UploadId, PartNumber: aws.Int32(1), Body: strings.NewReader("bytes")})
				if err != nil {
					t.Fatal(err)
				}
				return upload.UploadId, sent.ETag
			}
			complete := func(id, part *string) {
				_, err := c.CompleteMultipartUpload(t.Context(), &s3.CompleteMultipartUploadInput{
					Bucket: bucket, Key: key, UploadId: id,
					MultipartUpload: &types.CompletedMultipartUpload{Parts: []types.CompletedPart{{PartNumber: aws.Int32(1), ETag: part}}},
				})
				if err != nil {
					t.Fatal(err)
				}
			}
			interrupted, part := begin()
			done, donePart := begin()
			complete(done, donePart)
			if err := s.Close(); err != nil {
				t.Fatal(err)
			}

			uploads, err := filepath.Glob(filepath.Join(cfg.Folder, objectsFolder, *bucket, posix.MetaTmpMultipartDir, "*", *interrupted))
			if err != nil || len(uploads) != 1 {
				t.Fatalf("the gateway keeps uploads elsewhere: %v, %v", uploads, err)
			}
			if err := os.Rename(uploads[0], uploads[0]+".etag-1.inprogress"); err != nil {
				t.Fatal(err)
			}
			if m == Sidecar {
				inside, err := filepath.Rel(filepath.Join(cfg.Folder, objectsFolder), uploads[0])
				if err != nil {
					t.Fatal(err)
				}
				attributes := filepath.Join(cfg.Folder, "sidecar", inside)
				if err := os.Rename(attributes, attributes+".etag-1.inprogress"); err != nil {
					t.Fatal(err)
				}
			}
			left := filepath.Join(filepath.Dir(uploads[0]), *done+".etag-1.inprogress")
			if err := os.Mkdir(left, 0o700); err != nil {
				t.Fatal(err)
			}

			cfg.Listen = freeAddress(t)
			if s, err = Start(t.Context(), cfg); err != nil {
				t.Fatal(err)
			}
			defer s.Close()
			c = s.Client()
			list, err := c.ListMultipartUploads(t.Context(), &s3.ListMultipartUploadsInput{Bucket: bucket})
			if err != nil || len(list.Uploads) != 1 || *list.Uploads[0].UploadId != *interrupted {
				t.Fatalf("uploads %+v, %v", list, err)
			}
			if _, err := os.Stat(left); !os.IsNotExist(err) {
				t.Errorf("what is left of the completed upload is still there: %v", err)
			}
			complete(interrupted, part)
			if got := content(t, c, *key); !strings.HasPrefix(got, "bytes x ") {
				t.Errorf("there is %q", got)
			}
		})
	}
}
