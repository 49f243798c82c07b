package catalogtest

import (
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/bytepass/bytepass/runtime/catalog"
)

func testRevisions(t *testing.T, s *suite) {
	ctx, alice := t.Context(), person(t, "alice")
	r := stored(alice, "a.txt")

	none, rev, err := s.Get(ctx, alice, "a.txt")
	if err != nil || rev != 0 || !same(none, zero) {
		t.Fatalf("a key without a record: %+v, %d, %v", none, rev, err)
	}
	if err := s.Put(ctx, r, 5); !errors.Is(err, catalog.ErrConflict) {
		t.Fatalf("put on revision 5 of nothing: %v, want a conflict", err)
	}
	if err := s.Put(ctx, r, 0); err != nil {
		t.Fatal(err)
	}
	if err := s.Put(ctx, r, 0); !errors.Is(err, catalog.ErrConflict) {
		t.Fatalf("a second put on nothing: %v, want a conflict", err)
	}
	_, first, err := s.Other.Get(ctx, alice, "a.txt")
	if err != nil || first <= 0 {
		t.Fatalf("the other handle reads revision %d, %v", first, err)
	}
	r.Size = 8
	if err := s.Other.Put(ctx, r, first); err != nil {
		t.Fatal(err)
	}
	r.Size = 9
	for _, stale := range []catalog.Revision{first, first - 1, first + 2, 0} {
		if err := s.Put(ctx, r, stale); !errors.Is(err, catalog.ErrConflict) {
			t.Fatalf("put on revision %d, first was %d: %v, want a conflict", stale, first, err)
		}
	}
	got, second, err := s.Get(ctx, alice, "a.txt")
	if err != nil || got.Size != 8 || second <= first {
		t.Fatalf("after two puts: size %d, revision %d after %d, %v", got.Size, second, first, err)
	}
}

func testEveryPutCounts(t *testing.T, s *suite) {
	ctx, alice := t.Context(), person(t, "alice")
	r := stored(alice, "a.txt")
	var last catalog.Revision
	for range 3 {
		if err := s.Put(ctx, r, last); err != nil {
			t.Fatal(err)
		}
		_, rev, err := s.Get(ctx, alice, r.Key)
		if err != nil || rev <= last {
			t.Fatalf("the same record again: revision %d after %d, %v", rev, last, err)
		}
		last = rev
	}
}

func testConcurrentWriters(t *testing.T, s *suite) {
	const writers, rounds = 8, 5
	ctx, alice := t.Context(), person(t, "alice")
	for round := range rounds {
		_, rev, err := s.Get(ctx, alice, "contended")
		if err != nil {
			t.Fatal(err)
		}
		var won atomic.Int64
		var winner atomic.Value
		var group sync.WaitGroup
		for w := range writers {
			group.Go(func() {
				r := stored(alice, "contended")
				r.VersionID = fmt.Sprint(round, "/", w)
				handle := []catalog.Catalog{s.Catalog, s.Other}[w%2]
				switch err := handle.Put(ctx, r, rev); {
				case err == nil:
					won.Add(1)
					winner.Store(r.VersionID)
				case !errors.Is(err, catalog.ErrConflict):
					t.Errorf("writer %d: %v", w, err)
				}
			})
		}
		group.Wait()
		got, _, err := s.Get(ctx, alice, "contended")
		if err != nil {
			t.Fatal(err)
		}
		if won.Load() != 1 || got.VersionID != winner.Load() {
			t.Fatalf("%d writers won revision %d; the record is of %s, the winner was %v", won.Load(), rev, got.VersionID, winner.Load())
		}
	}
}

// A slow writer must not win with a revision from before the record was
// forgotten, although the key has a new record by then.
func testForgottenRevisions(t *testing.T, s *suite) {
	ctx, alice := t.Context(), person(t, "alice")
	dead := s.tombstone(stored(alice, "a.txt"), time.Hour)
	if err := s.Put(ctx, dead, 0); err != nil {
		t.Fatal(err)
	}
	_, old, err := s.Get(ctx, alice, "a.txt")
	if err != nil || old == 0 {
		t.Fatalf("revision %d, %v", old, err)
	}
	s.at = s.at.Add(time.Hour)
	if err := s.Forget(ctx); err != nil {
		t.Fatal(err)
	}
	if r, rev, err := s.Get(ctx, alice, "a.txt"); err != nil || rev != 0 {
		t.Fatalf("after it was forgotten: %+v, %d, %v", r, rev, err)
	}
	if err := s.Put(ctx, stored(alice, "a.txt"), old); !errors.Is(err, catalog.ErrConflict) {
		t.Fatalf("put on a forgotten record: %v, want a conflict", err)
	}
	if err := s.Put(ctx, stored(alice, "a.txt"), 0); err != nil {
		t.Fatal(err)
	}
	if err := s.Put(ctx, dead, old); !errors.Is(err, catalog.ErrConflict) {
		t.Fatalf("put on a revision of the former life: %v, want a conflict", err)
	}
}
