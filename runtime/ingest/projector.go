package ingest

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"time"

	"github.com/bytepass/bytepass/runtime/audit"
	"github.com/bytepass/bytepass/runtime/catalog"
	"github.com/bytepass/bytepass/runtime/files"
)

// Config is what a Projector is made of. Every field is needed.
type Config struct {
	Bucket  Bucket
	Catalog Catalog
	// Name is the bucket's name, as records carry it.
	Name string
	// Keep is how long the catalog remembers that a key was deleted. It has to
	// be longer than the bucket keeps versions that are no longer current.
	Keep time.Duration
	Log  *slog.Logger
	Now  func() time.Time
}

// Projector keeps the catalog equal to the bucket, one key at a time. Its
// methods are safe for concurrent use, also by several processes.
//
// A pass reads the record's revision, then the object's head, and writes what
// it saw on the condition that the revision is still the same; if it is not,
// the pass starts over. Two rules make this right, and neither may be optimised
// away for events:
//
//   - Every pass commits a new revision, even when nothing changed. Otherwise a
//     slower pass, which saw an older state of the bucket, could still commit
//     on the revision that both of them read.
//   - A pass that finds neither object nor record writes a tombstone, for the
//     same reason: there is no other revision to take from the slower pass.
//
// So each write that commits has seen the bucket later than the one before it.
type Projector struct {
	Config
	pause func(ctx context.Context, attempt int) error
}

// New returns a Projector.
func New(c Config) *Projector { return &Projector{Config: c, pause: pause} }

// attempts bounds how often a pass starts over. Each conflict means that
// another pass over the same key succeeded, so many of them mean a storm, which
// the queue in front of us spreads better than we can.
const attempts = 10

// Sync makes one pass over an object key, because an event says that something
// happened to it. It does nothing for a key that Bytepass did not name. An
// object that is not what was declared is rejected: recorded with the reason,
// then deleted, recoverably. When an error is returned the event has to be
// delivered again; delivering it more often than needed does no harm.
func (p *Projector) Sync(ctx context.Context, objectKey string) error {
	_, err := p.converge(ctx, objectKey, told)
	return err
}

// occasion is why a key is looked at.
type occasion int

const (
	// looking: nothing is known to have happened. Nothing is deleted, and a record
	// that is equal is left alone: the events of a change commit by themselves,
	// and reconcile only looks after those that were lost.
	looking occasion = iota
	// arriving: the store tells of nothing, so that what has changed has
	// arrived, and is rejected if it is not what was declared.
	arriving
	// told: an event says that something happened.
	told
)

// converge makes passes until one commits, and reports whether the record
// changed.
func (p *Projector) converge(ctx context.Context, objectKey string, why occasion) (changed bool, err error) {
	space, key, ok := files.SplitObjectKey(objectKey)
	if !ok {
		return false, nil
	}
	for attempt := 1; ; attempt++ {
		changed, err = p.pass(ctx, objectKey, space, key, why)
		if err == nil {
			return changed, nil
		}
		overtaken := errors.Is(err, catalog.ErrConflict) || errors.Is(err, files.ErrChanged)
		if !overtaken || attempt == attempts {
			return false, fmt.Errorf("ingest: %s: %w", objectKey, err)
		}
		if err := p.pause(ctx, attempt); err != nil {
			return false, fmt.Errorf("ingest: %s: %w", objectKey, err)
		}
	}
}

func (p *Projector) pass(ctx context.Context, objectKey string, space files.Space, key files.Key, why occasion) (changed bool, err error) {
	old, rev, err := p.Catalog.Get(ctx, space, key)
	if err != nil {
		return false, err
	}
	head, found, err := p.Bucket.Head(ctx, objectKey)
	if err != nil {
		return false, err
	}
	next := p.gone(old, why == told)
	if found {
		next = p.present(old, head)
	}
	next.Space, next.Key, next.Bucket = space, key, p.Name
	changed = rev == 0 || !equal(old, next)
	if !changed && why != told {
		return false, nil
	}
	if err := p.Catalog.Put(ctx, next, rev); err != nil {
		return false, err
	}
	if why == looking || !found || next.Status != files.Rejected {
		return changed, nil
	}
	// The rejection is on record, so if we die here the event, which is then
	// delivered again, completes it.
	if err := p.Bucket.DeleteIfMatch(ctx, objectKey, head.ETag); err != nil {
		return changed, err
	}
	audit.Entry{
		Operation: "reject", Space: space, Key: key, Version: head.VersionID, Outcome: audit.OK, Source: audit.SourceEvent,
	}.Write(ctx, p.Log, slog.LevelInfo, slog.String("reason", next.Reason))
	return changed, nil
}

// pause waits before a pass starts over for the attempt-th time: 5 to 10 ms at
// first, then twice as long each time, up to 0.64 to 1.28 s.
func pause(ctx context.Context, attempt int) error {
	longest := 5 * time.Millisecond << min(attempt, 8)
	timer := time.NewTimer(longest/2 + rand.N(longest/2))
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}
