package ingest

import (
	"cmp"
	"context"
	"fmt"
	"strings"
	"sync"

	"golang.org/x/sync/errgroup"

	"github.com/bytepass/bytepass/runtime/catalog"
	"github.com/bytepass/bytepass/runtime/files"
)

// Counts are what a reconcile has done so far.
type Counts struct {
	Records int64 // records of the catalog visited
	Keys    int64 // objects of the bucket visited
	Changed int64 // records that were wrong or missing, and are right now
	Failed  int64 // keys that could not be compared
}

// Sweep is how Reconcile runs.
type Sweep struct {
	Concurrency int // passes at the same time; 0 means 8
	// Arrivals has Reconcile reject what has changed since the one before it and
	// is not what was declared, as Poll does: for a store that has no events,
	// where whichever of the two comes first finds an upload.
	Arrivals bool
	// Progress, when not nil, is told the counts about every thousand keys and
	// at the end, never by two goroutines at the same time.
	Progress func(Counts)
}

// Reconcile compares the whole bucket with the whole catalog and mends the
// catalog; it does not change the bucket. It finds what lost events would have
// told: run it when the catalog is new, after events were lost, or now and
// then. It may run while events are handled. An upload that no event announced
// and that is not what was declared is recorded as rejected, but stays, unless
// the sweep is about arrivals.
//
// Its memory does not grow with the number of keys. A key that cannot be
// compared does not stop it: the error, returned at the end, then names how
// many failed and the first of them.
func (p *Projector) Reconcile(ctx context.Context, bucket Lister, s Sweep) (Counts, error) {
	run := &sweep{Projector: p, Sweep: s}
	if s.Arrivals {
		run.found = arriving
	}
	if run.Concurrency < 1 {
		run.Concurrency = 8
	}
	err := run.records(ctx)
	if err == nil {
		err = run.keys(ctx, bucket)
	}
	return run.end(err)
}

// Poll looks through the bucket for objects that the catalog does not know as
// they are, and makes of each what its event would have made: one that is not
// what was declared is rejected. It stands in for the events of a store that
// has none, and costs less than Reconcile, which alone finds what was deleted,
// or replaced by the same bytes.
func (p *Projector) Poll(ctx context.Context, bucket Lister, s Sweep) (Counts, error) {
	run := &sweep{Projector: p, Sweep: s, found: told}
	if run.Concurrency < 1 {
		run.Concurrency = 8
	}
	return run.end(run.keys(ctx, bucket))
}

// sweep is one run of Reconcile or Poll.
type sweep struct {
	*Projector
	Sweep
	found occasion // of what is found

	mu     sync.Mutex
	counts Counts
	first  error // of those counted in Failed
}

// end returns the counts, and err or what has failed.
func (s *sweep) end(err error) (Counts, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.Progress != nil {
		s.Progress(s.counts)
	}
	if err == nil && s.counts.Failed > 0 {
		err = fmt.Errorf("ingest: reconcile: %d keys failed, such as %w", s.counts.Failed, s.first)
	}
	return s.counts, err
}

// records passes over every record that says there is an object.
func (s *sweep) records(ctx context.Context) error {
	group, ctx := s.group(ctx)
	err := s.Catalog.Walk(ctx, func(r files.Record, _ catalog.Revision) error {
		if r.Status != files.Stored {
			return ctx.Err() // if there is an object, the bucket's keys tell
		}
		group.Go(func() error {
			objectKey, err := r.Space.ObjectKey(r.Key)
			changed := false
			if err == nil {
				changed, err = s.converge(ctx, objectKey, s.found)
			}
			return s.count(ctx, Counts{Records: 1}, changed, err)
		})
		return ctx.Err()
	})
	return cmp.Or(err, group.Wait()) // when ctx ends, both say so
}

// keys passes over every object that the catalog does not know as it is. One
// that it knows needs no second look: its record was there when records came
// by, or was written since.
func (s *sweep) keys(ctx context.Context, bucket Lister) error {
	group, ctx := s.group(ctx)
	visit := func(objectKey, etag string, size int64) error {
		group.Go(func() error {
			changed, err := s.key(ctx, objectKey, strings.Trim(etag, `"`), size)
			return s.count(ctx, Counts{Keys: 1}, changed, err)
		})
		return ctx.Err()
	}
	for _, prefix := range []string{"u/", "g/"} {
		if err := bucket.Keys(ctx, prefix, visit); err != nil {
			return cmp.Or(err, group.Wait())
		}
	}
	return group.Wait()
}

func (s *sweep) key(ctx context.Context, objectKey, etag string, size int64) (changed bool, err error) {
	space, key, ok := files.SplitObjectKey(objectKey)
	if !ok {
		return false, nil
	}
	r, _, err := s.Catalog.Get(ctx, space, key)
	if err != nil {
		return false, fmt.Errorf("ingest: %s: %w", objectKey, err)
	}
	known := r.Status == files.Stored || r.Status == files.Rejected && s.found == told
	if known && r.ETag == etag && r.Size == size {
		return false, nil
	}
	return s.converge(ctx, objectKey, s.found)
}

func (s *sweep) group(ctx context.Context) (*errgroup.Group, context.Context) {
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(s.Concurrency)
	return group, ctx
}

// count counts a key. The error is that of the context alone: one key that
// fails does not stop the others.
func (s *sweep) count(ctx context.Context, seen Counts, changed bool, err error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.counts.Records += seen.Records
	s.counts.Keys += seen.Keys
	if changed {
		s.counts.Changed++
	}
	if err != nil {
		if s.counts.Failed++; s.first == nil {
			s.first = err
		}
		s.Log.WarnContext(ctx, "reconcile: a key failed", "error", err)
	}
	if s.Progress != nil && (s.counts.Records+s.counts.Keys)%1000 == 0 {
		s.Progress(s.counts)
	}
	return nil
}
