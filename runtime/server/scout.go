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
	waiting       chan chan<- struct{} // who waits for a look that begins from now on
}

// newScout returns a scout that looks for uploads or compares everything.
func newScout(look, compare func(context.Context) bool) scout {
	return scout{
		look: look, compare: compare, lookNow: make(chan struct{}, 1), compareNow: make(chan struct{}, 1), waiting: make(chan chan<- struct{}),
	}
}

// poll asks for a look for uploads.
func (s scout) poll() { nudge(s.lookNow) }

// seen asks for a look for uploads and returns nil when it was done, so that
// whoever has told of a change need not tell again.
func (s scout) seen(ctx context.Context) error {
	done := make(chan struct{})
	select {
	case s.waiting <- done:
	case <-ctx.Done():
		return ctx.Err()
	}
	select {
	case <-done:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

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
	var waiting []chan<- struct{}
	for failures := 0; ; {
		round, again := s.look, s.poll
		select {
		case <-ctx.Done():
			return
		case <-s.lookNow:
		case <-s.compareNow:
			round, again = s.compare, s.reconcile
		case done := <-s.waiting:
			waiting = append(waiting, done)
		}
		waiting = s.gather(ctx, waiting)
		start := time.Now()
		if round(ctx) {
			for _, done := range waiting {
				close(done)
			}
			waiting, failures = nil, 0
			sleep(ctx, scoutRest*time.Since(start))
			continue
		}
		again()
		sleep(ctx, pause(failures))
		failures++
	}
}

// gather waits for more to come, and returns with the others who wait by now.
func (s scout) gather(ctx context.Context, waiting []chan<- struct{}) []chan<- struct{} {
	for quiet := time.After(scoutQuiet); ; {
		select {
		case <-ctx.Done():
			return waiting
		case <-quiet:
			return waiting
		case done := <-s.waiting:
			waiting = append(waiting, done)
		}
	}
}

// sleep waits for a time, or until ctx ends.
func sleep(ctx context.Context, d time.Duration) {
	select {
	case <-ctx.Done():
	case <-time.After(d):
	}
}
