package ingest

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/bytepass/bytepass/runtime/catalog"
	"github.com/bytepass/bytepass/runtime/catalog/catalogtest"
	"github.com/bytepass/bytepass/runtime/files"
)

const objectKey = "u/alice/a.txt"

// bench is a projector between a modelled bucket and a catalog in memory.
type bench struct {
	*Projector
	t       *testing.T
	bucket  *model
	catalog *catalogtest.Memory
	now     time.Time
}

func newBench(t *testing.T) *bench {
	b := &bench{t: t, bucket: newModel(func(string) {}), now: time.Date(2026, 5, 1, 0, 0, 0, 0, time.UTC)}
	now := func() time.Time { return b.now }
	b.catalog = catalogtest.NewMemory(now)
	b.Projector = New(Config{Bucket: b.bucket, Catalog: b.catalog, Name: "bucket", Keep: 24 * time.Hour, Log: slog.New(slog.DiscardHandler), Now: now})
	b.pause = func(context.Context, int) error { return nil }
	return b
}

func (b *bench) sync() {
	b.t.Helper()
	if err := b.Sync(b.t.Context(), objectKey); err != nil {
		b.t.Fatal(err)
	}
}

func (b *bench) record() files.Record {
	b.t.Helper()
	space, key, _ := files.SplitObjectKey(objectKey)
	r, _, err := b.catalog.Get(b.t.Context(), space, key)
	if err != nil {
		b.t.Fatal(err)
	}
	return r
}

func (b *bench) want(status files.Status, version string) files.Record {
	b.t.Helper()
	r := b.record()
	if r.Status != status || r.VersionID != version {
		b.t.Fatalf("%s of %q, want %s of %q: %+v", r.Status, r.VersionID, status, version, r)
	}
	return r
}

func TestTheRecordIsTheHead(t *testing.T) {
	b := newBench(t)
	b.bucket.put(objectKey, 5, 5)
	b.bucket.top(objectKey).head.ChecksumSHA256 = "sum"
	b.sync()
	r := b.want(files.Stored, "v1")
	head := b.bucket.top(objectKey).head
	if r.Size != 5 || r.MimeType != "text/plain" || r.ETag != head.ETag || r.Name != "name" || r.Metadata["a"] != "b" ||
		r.ChecksumSHA256 != "sum" || r.Bucket != "bucket" || !r.UploadedAt.Equal(head.LastModified) || !r.DeletedAt.IsZero() || !r.ExpiresAt.IsZero() || r.Reason != "" {
		t.Errorf("%+v", r)
	}
}

func TestATombstoneKeepsWhatWasKnown(t *testing.T) {
	b := newBench(t)
	b.bucket.put(objectKey, 5, 5)
	b.sync()
	b.bucket.delete(objectKey)
	b.sync()
	r := b.want(files.Deleted, "v1")
	if r.Size != 5 || r.MimeType != "text/plain" || r.Name != "name" || r.ETag == "" || !r.DeletedAt.Equal(b.now) || !r.ExpiresAt.Equal(b.now.Add(24*time.Hour)) {
		t.Errorf("%+v", r)
	}
	deleted := b.now
	b.now = b.now.Add(time.Hour)
	b.sync()
	if r = b.want(files.Deleted, "v1"); !r.DeletedAt.Equal(deleted) || !r.ExpiresAt.Equal(b.now.Add(24*time.Hour)) {
		t.Errorf("another event changes when it was deleted, or does not keep the tombstone: %+v", r)
	}
	b.now = b.now.Add(25 * time.Hour)
	b.sync()
	if r = b.want(files.Deleted, "v1"); !r.DeletedAt.Equal(b.now) {
		t.Errorf("after it had expired, it was deleted anew: %+v", r)
	}
	b.bucket.undelete(objectKey)
	b.sync()
	if r = b.want(files.Stored, "v1"); !r.DeletedAt.IsZero() || !r.ExpiresAt.IsZero() {
		t.Errorf("the traces of a deletion are left: %+v", r)
	}
}

func TestNothingBecomesATombstone(t *testing.T) {
	b := newBench(t)
	b.sync()
	if r := b.want(files.Deleted, ""); r.Key != "a.txt" || r.Space.String() != "u/alice" {
		t.Errorf("%+v", r)
	}
}

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

func TestObjectsOfOthersAreIgnored(t *testing.T) {
	b := newBench(t)
	for _, key := range []string{"", "a", "x/alice/a", "u/alice", "u/alice/", "u/alice//a", "u/alice/../a", "u/al ice/a", "logs/2026/a"} {
		if err := b.Sync(t.Context(), key); err != nil {
			t.Errorf("%q: %v", key, err)
		}
	}
	err := b.catalog.Walk(t.Context(), func(r files.Record, _ catalog.Revision) error {
		t.Errorf("a record of %q", r.Key)
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}

func TestAnUndeclaredObjectIsAccepted(t *testing.T) {
	b := newBench(t)
	b.bucket.push(objectKey, version{head: files.Head{Size: 1 << 50, MimeType: "evil/\xffx\x00y"}})
	b.sync()
	if r := b.want(files.Stored, "v1"); r.MimeType != "evil/\uFFFDx\uFFFDy" {
		t.Errorf("%q", r.MimeType)
	}
}

// Only 404 means gone.
func TestAnErrorOfTheBucketChangesNothing(t *testing.T) {
	b := newBench(t)
	b.bucket.put(objectKey, 5, 5)
	b.sync()
	b.Bucket = forbidden{b.bucket}
	if err := b.Sync(t.Context(), objectKey); err == nil || !strings.Contains(err.Error(), "403") || !strings.Contains(err.Error(), objectKey) {
		t.Errorf("got %v", err)
	}
	b.want(files.Stored, "v1")
}

type forbidden struct{ Bucket }

func (forbidden) Head(context.Context, string) (files.Head, bool, error) {
	return files.Head{}, false, errors.New("head: 403")
}

// A storm of conflicts ends with an error that the queue delivers again.
func TestConflictsAreBounded(t *testing.T) {
	b := newBench(t)
	puts := 0
	b.Catalog = conflicting{b.catalog, &puts}
	if err := b.Sync(t.Context(), objectKey); !errors.Is(err, catalog.ErrConflict) || puts != attempts {
		t.Errorf("%d puts, %v", puts, err)
	}
	b.pause = pause
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := b.Sync(ctx, objectKey); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled while waiting: %v", err)
	}
}

type conflicting struct {
	Catalog
	puts *int
}

func (c conflicting) Put(context.Context, files.Record, catalog.Revision) error {
	*c.puts++
	return catalog.ErrConflict
}
