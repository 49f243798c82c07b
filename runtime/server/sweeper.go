package server

import (
	"context"
	"log/slog"
	"slices"
	"sync"
	"time"

	"github.com/bytepass/bytepass/runtime/provision"
	"github.com/bytepass/bytepass/runtime/uploads"
)

// sweepEvery is how often stale uploads are looked for.
const sweepEvery = time.Hour

// sweeper does what the template's lifecycle asks of unfinished uploads, on a
// store that has no lifecycle.
type sweeper struct {
	store uploads.Remains
	after time.Duration // the age at which an upload is stale
	log   *slog.Logger
	now   func() time.Time
}

// abortAfter returns the age at which the template has unfinished uploads
// aborted; 0 if it asks for that nowhere, or the store does it by itself.
func abortAfter(lifecycle provision.Lifecycle, gaps []provision.Gap) time.Duration {
	if !slices.ContainsFunc(gaps, func(g provision.Gap) bool { return g.Setting == "lifecycle" }) {
		return 0
	}
	for _, rule := range lifecycle.Rules {
		if abort := rule.AbortIncompleteMultipartUpload; abort != nil && abort.DaysAfterInitiation != nil {
			return time.Duration(*abort.DaysAfterInitiation) * 24 * time.Hour
		}
	}
	return 0
}

// start sweeps now and then, the first time when first is closed, in a goroutine
// of work, until ctx ends.
func (s sweeper) start(ctx context.Context, first <-chan struct{}, work *sync.WaitGroup) {
	if s.after == 0 {
		return
	}
	work.Go(func() {
		select {
		case <-ctx.Done():
			return
		case <-first:
		}
		ticker := time.NewTicker(sweepEvery)
		defer ticker.Stop()
		for {
			s.sweep(ctx)
			select {
			case <-ctx.Done():
				return
			case <-ticker.C:
			}
		}
	})
}

// sweep aborts what is stale; what it cannot abort stays for the next time.
func (s sweeper) sweep(ctx context.Context) {
	aborted, err := uploads.Sweep(ctx, s.store, s.now().Add(-s.after))
	if aborted > 0 {
		s.log.Info("stale uploads aborted", "uploads", aborted, "older than", s.after)
	}
	if err != nil && ctx.Err() == nil {
		s.log.Warn("stale uploads could not be aborted; trying again later", "error", err)
	}
}
