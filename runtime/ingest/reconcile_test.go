package ingest

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/bytepass/bytepass/runtime/catalog"
	"github.com/bytepass/bytepass/runtime/files"
)

func (b *bench) reconcile(t *testing.T) Counts {
	t.Helper()
	counts, err := b.Reconcile(t.Context(), b.bucket, Sweep{})
	if err != nil {
		t.Fatal(err)
	}
	return counts
}

func TestReconcileRebuildsACatalog(t *testing.T) {
	b := newBench(t)
	const n = 2500
	for i := range n {
		b.bucket.put(fmt.Sprintf("u/alice/%04d", i), 5, 5)
	}
	b.bucket.put("g/team/shared", 5, 5)
	b.bucket.put("logs/not-ours", 5, 5)
	b.bucket.put("u/alice//not-ours", 5, 5)
	var told []Counts
	counts, err := b.Reconcile(t.Context(), b.bucket, Sweep{Concurrency: 4, Progress: func(c Counts) { told = append(told, c) }})
	if err != nil || counts.Changed != n+1 || counts.Keys != n+2 || counts.Records != 0 {
		t.Errorf("%+v, %v", counts, err)
	}
	if len(told) != 3 || told[2] != counts {
		t.Errorf("progress: %+v", told)
	}
	if counts := b.reconcile(t); counts.Changed != 0 || counts.Records != n+1 {
		t.Errorf("the second time: %+v", counts)
	}
}

func TestReconcileFindsWhatEventsWouldHaveTold(t *testing.T) {
	b := newBench(t)
	for _, key := range []string{"gone", "replaced", "same", "back", "away"} {
		b.bucket.put("u/alice/"+key, 5, 5)
	}
	b.bucket.delete("u/alice/back")
	b.bucket.delete("u/alice/away")
	b.reconcile(t)
	for _, key := range []string{"back", "away"} {
		if err := b.Sync(t.Context(), "u/alice/"+key); err != nil {
			t.Fatal(err)
		}
	}
	b.bucket.delete("u/alice/gone")
	b.bucket.put("u/alice/replaced", 5, 5)
	// The same bytes again, where an ETag is a digest: only the version tells.
	replaced := b.bucket.objects["u/alice/replaced"]
	replaced[1].head.ETag = replaced[0].head.ETag
	b.bucket.undelete("u/alice/back")
	b.bucket.put("u/alice/new", 5, 5)

	if counts := b.reconcile(t); counts.Changed != 4 {
		t.Errorf("%+v", counts)
	}
	want := map[files.Key]files.Status{"gone": files.Deleted, "replaced": files.Stored, "same": files.Stored, "back": files.Stored, "new": files.Stored, "away": files.Deleted}
	err := b.catalog.Walk(t.Context(), func(r files.Record, _ catalog.Revision) error {
		if want[r.Key] != r.Status {
			t.Errorf("%s is %s, want %s", r.Key, r.Status, want[r.Key])
		}
		if top := b.bucket.top("u/alice/" + string(r.Key)); !top.marker && top.head.VersionID != r.VersionID {
			t.Errorf("%s is of version %s, want %s", r.Key, r.VersionID, top.head.VersionID)
		}
		delete(want, r.Key)
		return nil
	})
	if err != nil || len(want) != 0 {
		t.Errorf("%v; no record of %v", err, want)
	}
}

// Looking at a tombstone does not keep it: after its time it is forgotten.
func TestReconcileLetsTombstonesExpire(t *testing.T) {
	b := newBench(t)
	b.sync()
	expires := b.record().ExpiresAt
	for range 3 {
		b.now = b.now.Add(12 * time.Hour)
		b.reconcile(t)
	}
	if r := b.record(); !r.ExpiresAt.Equal(expires) || !r.Expired(b.now) {
		t.Errorf("%+v", r)
	}
}

// An upload that is not what was declared, and whose event was lost, is on
// record as rejected, but nothing is deleted.
func TestReconcileNeverDeletes(t *testing.T) {
	b := newBench(t)
	b.bucket.put(objectKey, 6, 5)
	for range 2 {
		b.reconcile(t)
		b.want(files.Rejected, "v1")
	}
	if b.bucket.top(objectKey).marker {
		t.Error("the object was deleted")
	}
}

func TestReconcileGoesOnAfterAFailure(t *testing.T) {
	b := newBench(t)
	for i := range 20 {
		b.bucket.put(fmt.Sprintf("u/alice/%d", i), 5, 5)
	}
	b.Bucket = failing{b.bucket, "u/alice/7"}
	counts, err := b.Reconcile(t.Context(), b.bucket, Sweep{})
	if counts.Failed != 1 || counts.Changed != 19 || err == nil || !strings.Contains(err.Error(), "1 keys failed") || !strings.Contains(err.Error(), "u/alice/7") {
		t.Errorf("%+v, %v", counts, err)
	}
}

type failing struct {
	Bucket
	key string
}

func (f failing) Head(ctx context.Context, key string) (files.Head, bool, error) {
	if key == f.key {
		return files.Head{}, false, errors.New("503")
	}
	return f.Bucket.Head(ctx, key)
}

func TestReconcileStops(t *testing.T) {
	b := newBench(t)
	b.bucket.put(objectKey, 5, 5)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := b.Reconcile(ctx, b.bucket, Sweep{}); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
	if _, err := b.Reconcile(t.Context(), unlistable{}, Sweep{}); err == nil || !strings.Contains(err.Error(), "AccessDenied") {
		t.Errorf("a bucket that cannot be listed: %v", err)
	}
}

type unlistable struct{}

func (unlistable) Keys(context.Context, string, func(string, string, int64) error) error {
	return errors.New("AccessDenied")
}
