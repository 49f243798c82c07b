package client

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"
)

// Retry says how long and how often something is tried again. The zero value
// is good: two minutes, with pauses that grow from 0.2 to 10 seconds.
type Retry struct {
	// Patience is how long it goes on after the first failure. 0 is two
	// minutes: a server that restarts, a laptop that changes its network.
	Patience time.Duration
	// Tries is how often something is tried at least, however long that takes: on
	// a slow line a few tries use up any patience. 0 is once.
	Tries int
	// First and Longest bound the pauses; 0 is 200 ms and 10 s.
	First, Longest time.Duration
	// Waiting is told before each pause why something is tried again; nil is
	// nobody.
	Waiting func(why error)
	// Now is the clock; nil is time.Now.
	Now func() time.Time
}

func (r Retry) patience() time.Duration {
	if r.Patience == 0 {
		return 2 * time.Minute
	}
	return r.Patience
}

// Do calls try until it succeeds, its error is not one of Temporary, or the
// patience is over, and the least number of tries was made. Between two calls it waits, each time up to twice as long
// as before and any time below that, so that those who failed together do not
// come back together. When ctx ends before that, the error wraps the context's:
// what was temporary is not why it was given up.
func (r Retry) Do(ctx context.Context, try func() error) error {
	now := r.Now
	if now == nil {
		now = time.Now
	}
	var since time.Time
	for attempt := 0; ; attempt++ {
		err := try()
		var again *temporary
		if err == nil || !IsTemporary(err) {
			return err
		}
		if ended := ctx.Err(); ended != nil {
			if !errors.Is(err, ended) {
				err = fmt.Errorf("%w: %w", ended, err)
			}
			return err
		}
		errors.As(err, &again)
		if since.IsZero() {
			since = now()
		}
		pause := max(r.pause(attempt), again.after)
		if attempt+1 >= r.Tries && now().Add(pause).Sub(since) > r.patience() {
			return err
		}
		if r.Waiting != nil {
			r.Waiting(err)
		}
		timer := time.NewTimer(pause)
		select {
		case <-ctx.Done():
			timer.Stop()
			return ctx.Err()
		case <-timer.C:
		}
	}
}

// pause is how long to wait after an attempt, counted from 0.
func (r Retry) pause(attempt int) time.Duration {
	first, longest := r.First, r.Longest
	if first == 0 {
		first = 200 * time.Millisecond
	}
	if longest == 0 {
		longest = 10 * time.Second
	}
	most := min(longest, first<<min(attempt, 16))
	return most/4 + rand.N(most*3/4+1)
}

// temporary is an error that may be gone the next time.
type temporary struct {
	error
	after time.Duration
}

// Unwrap returns the error.
func (t *temporary) Unwrap() error { return t.error }

// IsTemporary reports whether an error is one of Temporary, and not of Final.
func IsTemporary(err error) bool {
	return errors.As(err, new(*temporary)) && !errors.As(err, new(*final))
}

// final is an error for which enough was done.
type final struct{ error }

// Unwrap returns the error.
func (f *final) Unwrap() error { return f.error }

// Final marks an error, which may be nil, as one for which enough was tried: where
// patience was had with a part of something, none is had with the whole again.
func Final(err error) error {
	if err == nil {
		return nil
	}
	return &final{err}
}

// Temporary marks an error as one that is worth another try, not before after.
func Temporary(err error, after time.Duration) error { return &temporary{err, after} }
