package ingest

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"testing"

	"github.com/bytepass/bytepass/runtime/files"
)

func TestARejectedUpload(t *testing.T) {
	b := newBench(t)
	b.bucket.put(objectKey, 6, 5)
	b.sync()
	if r := b.want(files.Rejected, "v1"); !strings.Contains(r.Reason, "6 bytes arrived, 5 were declared") {
		t.Errorf("%+v", r)
	}
	if top := b.bucket.top(objectKey); !top.marker || len(b.bucket.objects[objectKey]) != 2 {
		t.Errorf("the bucket holds %+v", b.bucket.objects[objectKey])
	}
	b.sync() // the event of the marker
	b.want(files.Rejected, "v1")
	b.bucket.put(objectKey, 5, 5)
	b.sync()
	if r := b.want(files.Stored, "v3"); r.Reason != "" {
		t.Errorf("%+v", r)
	}
	b.bucket.delete(objectKey)
	b.sync()
	b.want(files.Deleted, "v3")
}

// A rejection deletes a file, so it is audited, once, when it is done.
func TestARejectionIsAudited(t *testing.T) {
	b := newBench(t)
	var log strings.Builder
	b.Log = slog.New(slog.NewTextHandler(&log, nil))
	b.Bucket = &broken{Bucket: b.bucket, deletes: 1, err: errors.New("500")}
	b.bucket.put(objectKey, 6, 5)
	if err := b.Sync(t.Context(), objectKey); err == nil || log.Len() > 0 {
		t.Fatalf("before it is done: %v, %s", err, &log)
	}
	b.sync()
	b.sync()
	const want = `msg=audit owner="" acting_for="" operation=reject space=u/alice key=a.txt version=v1 outcome=ok code="" request_id="" source=event reason="`
	if strings.Count(log.String(), "msg=audit") != 1 || !strings.Contains(log.String(), want) {
		t.Errorf("the log is %s", &log)
	}
}

// broken fails as often as it says.
type broken struct {
	Bucket
	deletes int
	err     error
}

func (b *broken) DeleteIfMatch(ctx context.Context, key, etag string) error {
	if b.deletes > 0 {
		b.deletes--
		return b.err
	}
	return b.Bucket.DeleteIfMatch(ctx, key, etag)
}

// A worker that dies between the record and the deletion leaves an event that
// is delivered again, and that completes it; reconcile does not.
func TestARejectionIsCompletedByTheNextEvent(t *testing.T) {
	b := newBench(t)
	b.Bucket = &broken{Bucket: b.bucket, deletes: 1, err: errors.New("connection reset")}
	b.bucket.put(objectKey, 6, 5)
	if err := b.Sync(t.Context(), objectKey); err == nil {
		t.Fatal("the error of the deletion is lost")
	}
	b.want(files.Rejected, "v1")
	if _, err := b.Reconcile(t.Context(), b.bucket, Sweep{}); err != nil {
		t.Fatal(err)
	}
	if b.bucket.top(objectKey).marker {
		t.Fatal("reconcile deleted the object")
	}
	b.sync()
	if !b.bucket.top(objectKey).marker {
		t.Error("the event that came again did not delete the object")
	}
	b.want(files.Rejected, "v1")
}

// A valid version that arrives between the record and the deletion is not hit.
func TestARejectionSparesANewerVersion(t *testing.T) {
	b := newBench(t)
	b.bucket.put(objectKey, 6, 5)
	overtaken := false
	b.Bucket = &beforeDelete{Bucket: b.bucket, do: func() {
		if !overtaken {
			overtaken = true
			b.bucket.put(objectKey, 5, 5)
		}
	}}
	b.sync()
	b.want(files.Stored, "v2")
	if b.bucket.top(objectKey).marker || !overtaken {
		t.Error("the newer version was deleted")
	}
}

type beforeDelete struct {
	Bucket
	do func()
}

func (b *beforeDelete) DeleteIfMatch(ctx context.Context, key, etag string) error {
	b.do()
	return b.Bucket.DeleteIfMatch(ctx, key, etag)
}

// What was accepted stays accepted, even if the same head were judged otherwise
// today, as long as it is the same version.
func TestAnAcceptedVersionIsNotJudgedAgain(t *testing.T) {
	for name, unversioned := range map[string]bool{"versioned": false, "not versioned": true} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t)
			b.bucket.put(objectKey, 5, 5)
			if unversioned {
				b.bucket.top(objectKey).head.VersionID = ""
			}
			b.sync()
			version := b.record().VersionID
			judgedOtherwise := int64(4)
			b.bucket.objects[objectKey][0].head.Declaration.Size = &judgedOtherwise
			b.sync()
			b.want(files.Stored, version)
			b.bucket.delete(objectKey)
			b.sync()
			b.bucket.undelete(objectKey)
			b.sync()
			b.want(files.Stored, version)
			b.bucket.restore(objectKey, 0) // a copy is another version
			if unversioned {
				b.bucket.top(objectKey).head.VersionID = ""
			}
			b.sync()
			if r := b.record(); r.Status != files.Rejected {
				t.Errorf("another version is not judged: %+v", r)
			}
		})
	}
}
