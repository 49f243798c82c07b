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
	pause   func(attempt int) time.Duration
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
	for attempt := 0; ; attempt++ {
		err := f.look(objectKey)
		if err == nil && f.settled(objectKey) {
			return
		}
		if err == nil {
			attempt = -1
			continue
		}
		if f.ctx.Err() != nil {
			return
		}
		f.log.Warn("the catalog could not follow a change; trying again", "object", objectKey, "attempt", attempt+1, "error", err)
		select {
		case <-f.ctx.Done():
			return
		case <-time.After(f.pause(attempt)):
		}
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

// drain waits until every key that changed was followed, or ctx ends. Nothing
// may change any more.
func (f *feed) drain(ctx context.Context) {
	done := make(chan struct{})
	go func() {
		f.work.Wait()
		close(done)
	}()
	select {
	case <-done:
	case <-ctx.Done():
	}
}

// pause returns how long to wait after a failed attempt, counted from 0: half
// to a whole of 50 ms, doubled with each attempt, up to 12.8 s.
func pause(attempt int) time.Duration {
	longest := 50 * time.Millisecond << min(attempt, 8)
	return longest/2 + rand.N(longest/2)
}
