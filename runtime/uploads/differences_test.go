package uploads_test

import (
	"context"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"github.com/bytepass/bytepass/runtime/bucket"
	"github.com/bytepass/bytepass/runtime/files"
	"github.com/bytepass/bytepass/runtime/uploads"
)

// unconditional is a store that ignores If-None-Match, as Ceph RGW 16 does.
type unconditional struct{ uploads.Store }

func (s unconditional) CompleteUpload(ctx context.Context, c files.Completion) (files.Completed, error) {
	c.NoOverwrite = false
	return s.Store.CompleteUpload(ctx, c)
}

// TestStoreWithoutChecksums is about a store that knows no checksum of objects
// in parts.
func TestStoreWithoutChecksums(t *testing.T) {
	var refused atomic.Int32
	c := newControl(t, between(t, func(w http.ResponseWriter, r *http.Request) bool {
		if r.Header.Get("x-amz-checksum-algorithm") != "" {
			refused.Add(1)
			refuse(w, http.StatusNotImplemented, "NotImplemented")
			return true
		}
		return false
	}))
	alice, body := person(t), content(1000)
	started := begun(t, c, alice, body)
	begun(t, c, alice, body)
	if started.FullChecksum || refused.Load() != 1 {
		t.Errorf("a checksum is promised: %v; the store was asked %d times", started.FullChecksum, refused.Load())
	}
	if _, err := c.Complete(t.Context(), alice, "film", started.ID, uploads.Finish{ChecksumCRC64NVME: crc64NVME(body)}); files.CodeOf(err) != files.CodeInvalidChecksum {
		t.Errorf("a checksum that nobody compares: %v", err)
	}
	complete(t, c, alice, started.ID)
}

// replacing sends other bytes for the first part between its listing and the
// completion.
type replacing struct {
	uploads.Store
	replace func()
}

func (s replacing) CompleteUpload(ctx context.Context, c files.Completion) (files.Completed, error) {
	s.replace()
	return s.Store.CompleteUpload(ctx, c)
}

func TestPartReplacedMeanwhile(t *testing.T) {
	alice, body := person(t), content(1000)
	var started uploads.Started
	c := newControl(t, func(cfg *uploads.Config) {
		cfg.Store = replacing{cfg.Store, func() { send(t, started.Parts[0].Presigned, make([]byte, len(body))) }}
	})
	started = begun(t, c, alice, body)
	_, err := c.Complete(t.Context(), alice, "film", started.ID, uploads.Finish{})
	if files.CodeOf(err) != files.CodeInvalidParts || !strings.Contains(err.Error(), "part 1 was replaced") {
		t.Errorf("%v", err)
	}
	if stored(t, alice, "film") != nil {
		t.Error("there is a file")
	}
}

// TestManyParts lists more parts than fit a page of S3.
func TestManyParts(t *testing.T) {
	const parts = 1001
	c, alice, client := newControl(t, nil), person(t), gateway.Client()
	started := start(t, c, alice, uploads.Intent{Intent: files.Intent{Key: "film"}})
	var unfinished files.Unfinished
	err := bucket.NewMultipart(client, bucketName).UnfinishedUploads(t.Context(), objectKey(t, alice, "film"), func(u files.Unfinished) error {
		unfinished = u
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	for worker := range 8 {
		wg.Go(func() {
			for n := worker + 1; n <= parts; n += 8 {
				_, err := client.UploadPart(t.Context(), &s3.UploadPartInput{
					Bucket: aws.String(bucketName), Key: &unfinished.ObjectKey, UploadId: &unfinished.UploadID,
					PartNumber: aws.Int32(int32(n)), Body: strings.NewReader("x"),
				})
				if err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	wg.Wait()
	progress, err := c.Progress(t.Context(), alice, "film", started.ID)
	if err != nil || len(progress.Parts) != parts {
		t.Fatalf("%d parts, %v", len(progress.Parts), err)
	}
	for i, p := range progress.Parts {
		if p.Number != i+1 || p.Size != 1 {
			t.Fatalf("part %d is %+v", i+1, p)
		}
	}
	if err := c.Abort(t.Context(), alice, "film", started.ID); err != nil {
		t.Error(err)
	}
}
