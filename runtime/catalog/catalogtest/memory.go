package catalogtest

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/bytepass/bytepass/runtime/catalog"
	"github.com/bytepass/bytepass/runtime/files"
)

// Memory is the catalog's contract in its plainest form: a map under a lock.
// It is the reference that the suite is tried on first, and what tests of
// other packages use where no engine matters. It is not for production: List
// sorts everything it has.
type Memory struct {
	now func() time.Time

	mu      sync.Mutex
	records map[slot]entry
}

type slot struct {
	space files.Space
	key   files.Key
}

type entry struct {
	record files.Record
	rev    catalog.Revision
}

// NewMemory returns an empty catalog; now is its clock.
func NewMemory(now func() time.Time) *Memory {
	return &Memory{now: now, records: map[slot]entry{}}
}

// Get implements catalog.Catalog.
func (m *Memory) Get(_ context.Context, space files.Space, key files.Key) (files.Record, catalog.Revision, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	e := m.records[slot{space, key}]
	return clone(e.record), e.rev, nil
}

// Put implements catalog.Catalog.
func (m *Memory) Put(_ context.Context, r files.Record, was catalog.Revision) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	at := slot{r.Space, r.Key}
	if m.records[at].rev != was {
		return catalog.ErrConflict
	}
	m.records[at] = entry{record: clone(r), rev: was.Next(m.now())}
	return nil
}

// List implements catalog.Catalog.
func (m *Memory) List(_ context.Context, q catalog.Query) ([]files.Record, error) {
	bounds, err := q.Bounds()
	if err != nil {
		return nil, err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	var found []files.Record
	for at, e := range m.records {
		if at.space == q.Space && catalog.ViewOf(e.record.Status) == q.View && bounds.Contains(string(at.key)) && !e.record.Expired(m.now()) {
			found = append(found, clone(e.record))
		}
	}
	slices.SortFunc(found, func(a, b files.Record) int { return cmp.Compare(a.Key, b.Key) })
	return found[:min(len(found), q.Limit)], nil
}

// Walk implements catalog.Catalog.
func (m *Memory) Walk(ctx context.Context, visit func(files.Record, catalog.Revision) error) error {
	m.mu.Lock()
	all := maps.Clone(m.records)
	m.mu.Unlock()
	for _, e := range all {
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := visit(clone(e.record), e.rev); err != nil {
			return err
		}
	}
	return nil
}

// Ping implements catalog.Catalog.
func (m *Memory) Ping(context.Context) error { return nil }

// Forget removes the tombstones that have expired.
func (m *Memory) Forget(context.Context) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	maps.DeleteFunc(m.records, func(_ slot, e entry) bool { return e.record.Expired(m.now()) })
	return nil
}

// clone returns r as an engine gives it back: with metadata of its own, and
// times in UTC, to the millisecond.
func clone(r files.Record) files.Record {
	if r.Metadata = maps.Clone(r.Metadata); len(r.Metadata) == 0 {
		r.Metadata = nil
	}
	for _, t := range []*time.Time{&r.UploadedAt, &r.DeletedAt, &r.ExpiresAt} {
		*t = t.UTC().Truncate(time.Millisecond)
	}
	return r
}

// Records implements catalog.Eraser.
func (m *Memory) Records(_ context.Context, space files.Space, prefix string, visit func(files.Record, catalog.Revision) error) error {
	bounds, err := catalog.PrefixBounds(space, prefix, "")
	if err != nil {
		return err
	}
	m.mu.Lock()
	var found []entry
	for at, e := range m.records {
		if at.space == space && bounds.Contains(string(at.key)) {
			found = append(found, e)
		}
	}
	m.mu.Unlock()
	slices.SortFunc(found, func(a, b entry) int { return cmp.Compare(a.record.Key, b.record.Key) })
	for _, e := range found {
		if err := visit(clone(e.record), e.rev); err != nil {
			return err
		}
	}
	return nil
}

// Erase implements catalog.Eraser.
func (m *Memory) Erase(_ context.Context, space files.Space, key files.Key, was catalog.Revision) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	at := slot{space, key}
	if rev := m.records[at].rev; rev != 0 && rev != was {
		return catalog.ErrConflict
	}
	delete(m.records, at)
	return nil
}
