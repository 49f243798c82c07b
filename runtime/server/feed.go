package server

import (
	"context"
	"log/slog"
	"math/rand/v2"
	"sync"
	"time"
)

// feedParallel bounds how many keys are projected at the same time.
const feedParallel = 8

// feed carries the keys that the store says have changed to the catalog's
// projector. It remembers keys, not events: a key that changes while it is
// looked at is looked at once more, however often it changed. A key that fails
// is tried again until it succeeds. What a crash makes the feed forget,
// reconcile finds.
type feed struct {
	ctx     context.Context // of the work; its end makes the feed give up
	project func(ctx context.Context, objectKey string) error
	pause   func(failures int) time.Duration
	log     *slog.Logger

	slots chan struct{}
	work  sync.WaitGroup
	mu    sync.Mutex
	again map[string]bool // the keys under way; true: changed since the look began
}

func newFeed(ctx context.Context, log *slog.Logger, project func(ctx context.Context, objectKey string) error) *feed {
	return &feed{ctx: ctx, project: project, pause: pause, log: log, slots: make(chan struct{}, feedParallel), again: map[string]bool{}}
}

// changed takes a key. It returns at once.
func (f *feed) changed(objectKey string) {
	if f.ctx.Err() != nil {
		return
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if _, under := f.again[objectKey]; under {
		f.again[objectKey] = true
		return
	}
	f.again[objectKey] = false
	f.work.Go(func() { f.follow(objectKey) })
}

// follow projects a key until nothing is new about it.
func (f *feed) follow(objectKey string) {
	for failures := 0; ; {
		err := f.look(objectKey)
		if err == nil {
			if f.settled(objectKey) {
				return
			}
			failures = 0
			continue
		}
		if f.ctx.Err() != nil {
			return
		}
		f.log.Warn("the catalog could not follow a change; trying again", "object", objectKey, "failures", failures+1, "error", err)
		select {
		case <-f.ctx.Done():
			return
		case <-time.After(f.pause(failures)):
		}
		failures++
	}
}

func (f *feed) look(objectKey string) error {
	select {
	case f.slots <- struct{}{}:
		defer func() { <-f.slots }()
	case <-f.ctx.Done():
		return f.ctx.Err()
	}
	f.mu.Lock()
	f.again[objectKey] = false // whatever changed until now is seen
	f.mu.Unlock()
	return f.project(f.ctx, objectKey)
}

// settled forgets a key unless it has changed since the look began.
func (f *feed) settled(objectKey string) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.again[objectKey] {
		return false
	}
	delete(f.again, objectKey)
	return true
}

// drain waits until every key that has changed is followed, or ctx ends.
func (f *feed) drain(ctx context.Context) {
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for {
		f.mu.Lock()
		under := len(f.again)
		f.mu.Unlock()
		if under == 0 {
			return
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// wait returns when nothing is under way any more. The feed's context has to
// end first, and nothing may change after that.
func (f *feed) wait() { f.work.Wait() }

// pause returns how long to wait after a failure, when so many came before it:
// half to a whole of 50 ms, doubled with each, up to 12.8 s.
func pause(failures int) time.Duration {
	longest := 50 * time.Millisecond << min(failures, 8)
	return longest/2 + rand.N(longest/2)
}
