package purge

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"golang.org/x/sync/errgroup"

	"github.com/bytepass/bytepass/runtime/catalog"
	"github.com/bytepass/bytepass/runtime/files"
)

// tally counts what was erased. A key counts once, and so does its record, which
// the events of the deletions write again: as often as that is no figure of what
// there was.
type tally struct {
	Counts
	keys, records map[string]bool // the object keys that were counted
}

func newTally() *tally { return &tally{keys: map[string]bool{}, records: map[string]bool{}} }

// once counts an object key, unless it was counted already.
func once(counted map[string]bool, object string, n *int) {
	if !counted[object] {
		counted[object] = true
		*n++
	}
}

// parallel is how much is erased at once where one request erases one thing.
const parallel = 16

// round goes once over everything.
type round struct {
	*Purge
	total *tally // over all rounds

	mu        sync.Mutex
	erased    int
	left      []Left
	leftCount int
	stays     map[[2]string]bool // names of the versions of this page that could not be erased
}

// run erases what is there. A record is erased at the revision that it had
// before the store was last looked at, and only if the store has nothing of its
// key: a file that arrives meanwhile keeps its own.
func (r *round) run(ctx context.Context) error {
	if err := r.abortUploads(ctx); err != nil {
		return err
	}
	if err := r.eraseVersions(ctx); err != nil {
		return err
	}
	records, err := r.records(ctx)
	if err != nil {
		return err
	}
	there := map[string]bool{}
	err = r.versions(ctx, func(page []version) ([]version, error) {
		for _, v := range page {
			there[v.object] = true
		}
		return page, nil
	})
	if err != nil {
		return err
	}
	return r.eraseRecords(ctx, records, there)
}

func (r *round) abortUploads(ctx context.Context) error {
	uploads, err := r.uploads(ctx)
	if err != nil {
		return err
	}
	return each(ctx, uploads, func(ctx context.Context, u files.Unfinished) error {
		err := r.cfg.Uploads.AbortUpload(ctx, u.ObjectKey, u.UploadID)
		switch {
		case err == nil:
			r.done(func(t *tally) { t.Uploads++ })
		case errors.Is(err, files.ErrUploadGone): // it has ended meanwhile
		default:
			r.keeps(Left{Object: u.ObjectKey, Upload: u.UploadID, Reason: err.Error()})
		}
		return ctx.Err()
	})
}

func (r *round) eraseRecords(ctx context.Context, records []entry, there map[string]bool) error {
	return each(ctx, records, func(ctx context.Context, e entry) error {
		if there[e.object] {
			r.keeps(Left{Object: e.object, Reason: "the record of what is left in the store"})
			return nil
		}
		err := r.cfg.Catalog.Erase(ctx, r.cfg.Target.Space, e.key, e.rev)
		switch {
		case err == nil:
			r.done(func(t *tally) { once(t.records, e.object, &t.Records) })
		case errors.Is(err, catalog.ErrConflict):
			r.keeps(Left{Object: e.object, Reason: "its record has changed meanwhile"})
		default:
			return fmt.Errorf("erase a record of the catalog: %w", err)
		}
		return nil
	})
}

// each calls do for all items, some at once.
func each[T any](ctx context.Context, items []T, do func(context.Context, T) error) error {
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(parallel)
	for _, item := range items {
		if ctx.Err() != nil {
			break
		}
		group.Go(func() error { return do(ctx, item) })
	}
	return group.Wait()
}

// inTurn does something with one item after another, until one fails.
func inTurn[T any](ctx context.Context, items []T, do func(context.Context, T) error) error {
	for _, item := range items {
		if err := do(ctx, item); err != nil {
			return err
		}
	}
	return nil
}

// done counts something that was erased.
func (r *round) done(count func(*tally)) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.erased++
	count(r.total)
	r.cfg.Progress(r.total.Counts)
}

// gone counts a version that was erased.
func (r *round) gone(v version) {
	r.done(func(t *tally) {
		once(t.keys, v.object, &t.Keys)
		t.count(v)
	})
}

// stay notes a version that could not be erased.
func (r *round) stay(v version, why string) {
	r.keeps(Left{Object: v.object, Version: v.id, Reason: why})
	r.mu.Lock()
	defer r.mu.Unlock()
	r.stays[v.name()] = true
}

// keeps notes something that could not be erased.
func (r *round) keeps(l Left) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.leftCount++; len(r.left) < maxLeft {
		r.left = append(r.left, l)
	}
}
