package server

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/bytepass/bytepass/runtime/bucket"
	"github.com/bytepass/bytepass/runtime/ingest"
	"github.com/bytepass/bytepass/runtime/metrics"
)

// upkeep is what goes on in the background of a server: comparing the catalog
// with the store, and cleaning up. Of several servers on one catalog, one does
// it, the leader; but any looks through the store when it is nudged.
type upkeep struct {
	projector *ingest.Projector
	bucket    *bucket.Bucket
	forget    func(context.Context) (int64, error)
	sweeper   sweeper
	watch     watch
	metrics   *metrics.Metrics
	log       *slog.Logger

	work  sync.WaitGroup
	leads atomic.Bool   // this server is the leader
	done  chan struct{} // closed when the first reconcile has succeeded
	once  sync.Once     // closes done
	scout scout
}

// newUpkeep returns an upkeep that can be nudged, and started when its fields
// are set.
func newUpkeep(log *slog.Logger, m *metrics.Metrics) *upkeep {
	u := &upkeep{metrics: m, log: log, done: make(chan struct{})}
	u.scout = newScout(u.poll, u.reconcile)
	return u
}

// errReconciling is why a server is not ready yet.
var errReconciling = errors.New("the catalog is still being compared with the store")

// start begins all of it, until ctx ends.
func (u *upkeep) start(ctx context.Context, l leader) {
	u.work.Go(func() { u.scout.run(ctx) })
	u.work.Go(func() { l.Lead(ctx, u.lead) })
}

// lead is what the leader does.
func (u *upkeep) lead(ctx context.Context) {
	u.leads.Store(true)
	defer u.leads.Store(false)
	var work sync.WaitGroup
	work.Go(func() { forgetting(ctx, u.forget, u.log) })
	work.Go(func() { u.reconciling(ctx) })
	work.Go(func() { u.sweeper.run(ctx, u.done) })
	work.Go(func() { u.polling(ctx) })
	work.Wait()
}

// polling looks for uploads now and then, if the store does not tell of them:
// first when the catalog was compared, so that what was there before counts as
// that and not as new.
func (u *upkeep) polling(ctx context.Context) {
	if u.watch.poll == 0 {
		return
	}
	select {
	case <-ctx.Done():
	case <-u.done:
		every(ctx, u.watch.poll, u.scout.poll)
	}
}

// reconcileShare bounds the part of the time that is spent on comparing, which
// asks the store for the head of every object: one in so many.
const reconcileShare = 10

// reconciling reconciles until it has succeeded, which finds what was changed
// while nobody looked, and then now and then, if the store needs it.
func (u *upkeep) reconciling(ctx context.Context) {
	start := time.Now()
	for attempt := 0; !u.reconcile(ctx); attempt++ {
		sleep(ctx, pause(attempt))
		if ctx.Err() != nil {
			return
		}
		start = time.Now()
	}
	for u.watch.reconcile > 0 {
		sleep(ctx, max(u.watch.reconcile, (reconcileShare-1)*time.Since(start)))
		if ctx.Err() != nil {
			return
		}
		start = time.Now()
		u.reconcile(ctx)
	}
}

// reconcile compares the whole catalog with the whole store once and reports
// whether that succeeded.
func (u *upkeep) reconcile(ctx context.Context) bool {
	start := time.Now()
	// Where nothing tells of uploads, what comes after the first time is one.
	arrivals := u.watch.poll > 0 && u.ready(ctx) == nil
	counts, err := u.projector.Reconcile(ctx, u.bucket, ingest.Sweep{Arrivals: arrivals})
	if err != nil && ctx.Err() != nil {
		err = ctx.Err() // whatever failed because of it
	}
	u.metrics.Reconciled(time.Since(start), counts.Changed, err)
	switch {
	case err == nil:
		u.log.Info("reconciled", "records", counts.Records, "objects", counts.Keys, "mended", counts.Changed)
		u.once.Do(func() { close(u.done) })
	case ctx.Err() == nil:
		u.log.Warn("reconcile failed; trying again", "error", err)
	}
	return err == nil
}

// poll looks through the store for uploads once and reports whether that
// succeeded.
func (u *upkeep) poll(ctx context.Context) bool {
	counts, err := u.projector.Poll(ctx, u.bucket, ingest.Sweep{})
	switch {
	case err == nil && counts.Changed > 0:
		u.log.Debug("looked for uploads", "objects", counts.Keys, "new", counts.Changed)
	case err != nil && ctx.Err() == nil:
		u.log.Warn("looking for uploads failed; trying again", "error", err)
	}
	return err == nil
}

// ready returns nil once the catalog was compared with the store.
func (u *upkeep) ready(context.Context) error {
	select {
	case <-u.done:
		return nil
	default:
		return errReconciling
	}
}

// wait returns when nothing is under way any more; the context has to end first.
func (u *upkeep) wait() { u.work.Wait() }

// every calls do after each interval until ctx ends. The interval begins when
// do has returned.
func every(ctx context.Context, interval time.Duration, do func()) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-time.After(interval):
			do()
		}
	}
}
