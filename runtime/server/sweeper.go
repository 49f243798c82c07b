package server

import (
	"context"
	"log/slog"
	"time"

	"github.com/bytepass/bytepass/runtime/uploads"
)

// sweepEvery is how often stale uploads are looked for.
const sweepEvery = time.Hour

// sweeper does what the template's lifecycle asks of unfinished uploads, on a
// store that has no lifecycle.
type sweeper struct {
	store uploads.Remains
	after time.Duration // the age at which an upload is stale
	count interface{ UploadsAborted(n int) }
	log   *slog.Logger
	now   func() time.Time
}

// run sweeps now and then, the first time when first is closed, until ctx ends.
func (s sweeper) run(ctx context.Context, first <-chan struct{}) {
	if s.after == 0 {
		return
	}
	select {
	case <-ctx.Done():
		return
	case <-first:
	}
	s.sweep(ctx)
	every(ctx, sweepEvery, func() { s.sweep(ctx) })
}

// sweep aborts what is stale; what it cannot abort stays for the next time.
func (s sweeper) sweep(ctx context.Context) {
	aborted, err := uploads.Sweep(ctx, s.store, s.now().Add(-s.after))
	s.count.UploadsAborted(aborted)
	if aborted > 0 {
		s.log.Info("stale uploads aborted", "uploads", aborted, "older_than", s.after.String())
	}
	if err != nil && ctx.Err() == nil {
		s.log.Warn("stale uploads could not be aborted; trying again later", "error", err)
	}
}
