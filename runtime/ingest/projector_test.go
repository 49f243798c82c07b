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
