package server

import (
	"context"
	"log/slog"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

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
	count interface{ UploadsAborted(n int) }
	log   *slog.Logger
	now   func() time.Time
}

// lifecycleMissing reports whether a store goes without the template's
// lifecycle.
func lifecycleMissing(gaps []provision.Gap) bool {
	return slices.ContainsFunc(gaps, func(g provision.Gap) bool { return g.Setting == "lifecycle" })
}

// staleAfter returns the age at which a lifecycle has every unfinished upload
// aborted; 0 if it does not.
func staleAfter(lifecycle provision.Lifecycle) time.Duration {
	for _, rule := range lifecycle.Rules {
		abort := rule.AbortIncompleteMultipartUpload
		if abort != nil && abort.DaysAfterInitiation != nil && rule.Status == types.ExpirationStatusEnabled && isForAll(rule) {
			return time.Duration(*abort.DaysAfterInitiation) * 24 * time.Hour
		}
	}
	return 0
}

// isForAll reports whether a rule says that it is about all objects.
func isForAll(rule types.LifecycleRule) bool {
	f := rule.Filter
	return f != nil && aws.ToString(f.Prefix) == "" && f.And == nil && f.Tag == nil && f.ObjectSizeGreaterThan == nil && f.ObjectSizeLessThan == nil
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
