package ingest

import (
	"context"
	"strings"
	"testing"

	"github.com/bytepass/bytepass/runtime/files"
)

// listing is a bucket as it was when it was listed.
type listing []listed

type listed struct {
	key, etag string
	size      int64
}

// Keys implements Lister.
func (l listing) Keys(_ context.Context, prefix string, visit func(string, string, int64) error) error {
	for _, o := range l {
		if !strings.HasPrefix(o.key, prefix) {
			continue
		}
		if err := visit(o.key, o.etag, o.size); err != nil {
			return err
		}
	}
	return nil
}

// listing returns what is in the bucket now. The bucket is for one goroutine:
// passes that may change it need a list that is at its end, and one at a time.
func (b *bench) listing(t *testing.T) (l listing) {
	t.Helper()
	err := b.bucket.Keys(t.Context(), "", func(key, etag string, size int64) error {
		l = append(l, listed{key, etag, size})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func (b *bench) poll(t *testing.T) Counts {
	t.Helper()
	counts, err := b.Poll(t.Context(), b.listing(t), Sweep{Concurrency: 1})
	if err != nil {
		t.Fatal(err)
	}
	return counts
}

// A poll finds what is new or replaced, and leaves the rest alone.
func TestPollFindsUploads(t *testing.T) {
	b := newBench(t)
	b.bucket.put("u/alice/same", 5, 5)
	b.bucket.put("u/alice/gone", 5, 5)
	b.bucket.put(objectKey, 5, 5)
	b.reconcile(t)
	b.bucket.put(objectKey, 7, 7)
	b.bucket.put("u/alice/new", 5, 5)
	b.bucket.delete("u/alice/gone")
	if counts := b.poll(t); counts.Changed != 2 || counts.Keys != 3 || counts.Records != 0 {
		t.Errorf("%+v", counts)
	}
	b.want(files.Stored, "v4")
	if counts := b.poll(t); counts.Changed != 0 {
		t.Errorf("the second time: %+v", counts)
	}
	if counts := b.reconcile(t); counts.Changed != 1 {
		t.Errorf("what a poll does not find: %+v", counts)
	}
}

// An upload that is not what was declared is rejected by a poll as by its event;
// one that a reconcile has found stays.
func TestPollRejects(t *testing.T) {
	b := newBench(t)
	b.bucket.put("u/alice/old", 6, 5)
	b.reconcile(t)
	b.bucket.put(objectKey, 6, 5)
	b.poll(t)
	b.want(files.Rejected, "v2")
	if !b.bucket.top(objectKey).marker {
		t.Error("what was rejected is still there")
	}
	if b.bucket.top("u/alice/old").marker {
		t.Error("what a reconcile has found was deleted")
	}
}

// Where a store has no events, a reconcile that finds an upload before a poll
// does makes of it what that would have made; what was recorded before stays.
func TestReconcileOfArrivals(t *testing.T) {
	b := newBench(t)
	b.bucket.put("u/alice/old", 6, 5)
	b.bucket.put("u/alice/replaced", 5, 5)
	b.reconcile(t)
	b.bucket.put(objectKey, 6, 5)
	b.bucket.put("u/alice/replaced", 6, 5)
	for range 2 {
		if _, err := b.Reconcile(t.Context(), b.listing(t), Sweep{Concurrency: 1, Arrivals: true}); err != nil {
			t.Fatal(err)
		}
	}
	b.want(files.Rejected, "v3")
	for key, rejected := range map[string]bool{objectKey: true, "u/alice/replaced": true, "u/alice/old": false} {
		if b.bucket.top(key).marker != rejected {
			t.Errorf("%s was deleted: %v, want %v", key, !rejected, rejected)
		}
	}
}
