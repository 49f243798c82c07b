package server

import (
	"context"
	"time"
)

// Pace of a scout.
const (
	// scoutQuiet is how long it waits for more to come before it sets out.
	scoutQuiet = 250 * time.Millisecond
	// scoutRest is how many times longer than it was under way it rests, so
	// that a large store is not listed all the time.
	scoutRest = 4
)

// scout goes through the store when somebody says that something has changed
// but not what. Many calls in a short time become one round.
type scout struct {
	look, compare func(context.Context) bool // a round; false has failed
	lookNow       chan struct{}              // has one element when it was asked for
	compareNow    chan struct{}
}

// newScout returns a scout that looks for uploads or compares everything.
func newScout(look, compare func(context.Context) bool) scout {
	return scout{look: look, compare: compare, lookNow: make(chan struct{}, 1), compareNow: make(chan struct{}, 1)}
}

// poll asks for a look for uploads.
func (s scout) poll() { nudge(s.lookNow) }

// reconcile asks for everything to be compared.
func (s scout) reconcile() { nudge(s.compareNow) }

func nudge(now chan struct{}) {
	select {
	case now <- struct{}{}:
	default: // it was asked for already
	}
}

// run goes on rounds until ctx ends.
func (s scout) run(ctx context.Context) {
	for failures := 0; ; {
		round, again := s.look, s.poll
		select {
		case <-ctx.Done():
			return
		case <-s.lookNow:
		case <-s.compareNow:
			round, again = s.compare, s.reconcile
		}
		sleep(ctx, scoutQuiet)
		start := time.Now()
		if round(ctx) {
			failures = 0
			sleep(ctx, scoutRest*time.Since(start))
			continue
		}
		again()
		sleep(ctx, pause(failures))
		failures++
	}
}

// sleep waits for a time, or until ctx ends.
func sleep(ctx context.Context, d time.Duration) {
	select {
	case <-ctx.Done():
	case <-time.After(d):
	}
}
