package server

import (
	"context"
	"errors"
	"log/slog"
	"math/rand/v2"
	"sync"
	"time"
)

// Bounds of a feed.
const (
	feedMost    = 10_000      // keys under way, each of which costs memory
	feedTimeout = time.Minute // one look at a key
)

// How many keys a feed projects at the same time.
const (
	// feedParallel leaves connections of a PostgreSQL database to requests.
	feedParallel = 8
	// feedTogether is for SQLite, which commits together what comes together.
	feedTogether = 32
)

// errFull is a feed that takes no more keys for a while.
var errFull = errors.New("more changes than the catalog can follow")

// feed carries the keys that have changed in the store to the catalog's
// projector. It remembers keys, not events: a key that changes while it is
// looked at is looked at once more, however often it changed. A key that fails
// is tried again until it succeeds. What a crash makes the feed forget,
// reconcile finds; so it does for keys that are more than a feed can take, of
// which full is told.
type feed struct {
	ctx     context.Context // of the work; its end makes the feed give up
	project func(ctx context.Context, objectKey string) error
	pause   func(failures int) time.Duration
	full    func()
	count   eventCounter
	log     *slog.Logger

	slots chan struct{}
	work  sync.WaitGroup
	mu    sync.Mutex
	under map[string]*following
}

// eventCounter counts what a feed does; it is a *metrics.Metrics.
type eventCounter interface {
	EventReceived()
	EventProjected(lag time.Duration)
	EventFailed()
}

// following is a key under way.
type following struct {
	again bool         // it has changed since the look began
	since time.Time    // when the first change was told that no look has seen
	told  []chan error // are told how the look ended that begins next
}

func newFeed(ctx context.Context, log *slog.Logger, parallel int, project func(ctx context.Context, objectKey string) error, full func(), count eventCounter) *feed {
	return &feed{
		ctx: ctx, project: project, pause: pause, full: full, count: count, log: log,
		slots: make(chan struct{}, parallel), under: map[string]*following{},
	}
}

// changed takes a key. It returns at once.
func (f *feed) changed(objectKey string) { f.take(objectKey, nil) }

// follow takes a key and returns how the next look at it ended. After an error,
// too, the feed goes on trying.
func (f *feed) follow(ctx context.Context, objectKey string) error {
	told := make(chan error, 1)
	if !f.take(objectKey, told) {
		return errFull
	}
	select {
	case err := <-told:
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}

// take takes a key, unless there are too many or the feed has given up. told,
// when not nil, is told how the next look at it ended.
func (f *feed) take(objectKey string, told chan error) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.ctx.Err() != nil {
		return false
	}
	f.count.EventReceived()
	k, under := f.under[objectKey]
	if !under && len(f.under) >= feedMost {
		f.full()
		return false
	}
	if !under {
		k = &following{}
		f.under[objectKey] = k
		f.work.Go(func() { f.untilSettled(objectKey, k) })
	}
	if !k.again {
		k.again, k.since = true, time.Now()
	}
	if told != nil {
		k.told = append(k.told, told)
	}
	return true
}

// untilSettled projects a key until nothing is new about it.
func (f *feed) untilSettled(objectKey string, k *following) {
	for failures := 0; !f.settled(objectKey, k); {
		err := f.look(objectKey, k)
		if err == nil {
			failures = 0
			continue
		}
		if f.ctx.Err() == nil {
			f.log.Warn("the catalog could not follow a change; trying again", "object", objectKey, "failures", failures+1, "error", err)
		}
		select {
		case <-f.ctx.Done():
		case <-time.After(f.pause(failures)):
		}
		failures++
	}
}

// look projects a key and tells those who wait for it.
func (f *feed) look(objectKey string, k *following) error {
	select {
	case f.slots <- struct{}{}:
		defer func() { <-f.slots }()
	case <-f.ctx.Done():
		return f.ctx.Err()
	}
	f.mu.Lock()
	told, since := k.told, k.since
	k.again, k.told = false, nil // whatever changed until now is seen
	f.mu.Unlock()
	ctx, cancel := context.WithTimeout(f.ctx, feedTimeout)
	defer cancel()
	err := f.project(ctx, objectKey)
	if err == nil {
		f.count.EventProjected(time.Since(since))
	} else {
		f.mu.Lock()
		k.again, k.since = true, since
		f.mu.Unlock()
		f.count.EventFailed()
	}
	for _, t := range told {
		t <- err
	}
	return err
}

// settled forgets a key that has not changed since the look began, or when the
// feed has given up.
func (f *feed) settled(objectKey string, k *following) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	if k.again && f.ctx.Err() == nil {
		return false
	}
	if k.again { // nobody follows it any more
		for _, t := range k.told {
			t <- f.ctx.Err()
		}
		return true
	}
	delete(f.under, objectKey)
	return true
}

// drain waits until every key that has changed is followed, or ctx ends.
func (f *feed) drain(ctx context.Context) {
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for {
		f.mu.Lock()
		under := len(f.under)
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
