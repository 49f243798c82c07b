package server

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

// eventCounts are what a feed has counted.
type eventCounts struct {
	mu               sync.Mutex
	received, failed int
	lags             []time.Duration
}

func (c *eventCounts) EventReceived() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.received++
}

func (c *eventCounts) EventFailed() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.failed++
}

func (c *eventCounts) EventProjected(lag time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.lags = append(c.lags, lag)
}

func quiet() *slog.Logger { return slog.New(slog.DiscardHandler) }

func TestFeedLooksAgainWhenAKeyChangesMeanwhile(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var truth, seen atomic.Int64
		var looks atomic.Int64
		f := newFeed(t.Context(), quiet(), feedParallel, func(context.Context, string) error {
			looks.Add(1)
			now := truth.Load()
			time.Sleep(time.Second) // the key may change now
			seen.Store(now)
			return nil
		}, nil, &eventCounts{})
		for range 10 {
			truth.Add(1)
			f.changed("k")
			time.Sleep(50 * time.Millisecond)
		}
		f.drain(t.Context())
		if seen.Load() != 10 || looks.Load() != 2 {
			t.Errorf("seen %d of 10 changes in %d looks, want all in 2", seen.Load(), looks.Load())
		}
		if len(f.under) != 0 {
			t.Errorf("keys that are done are kept: %v", f.under)
		}
	})
}

func TestFeedTriesAgainUntilItSucceeds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var attempts atomic.Int64
		counts, begin := &eventCounts{}, time.Now()
		f := newFeed(t.Context(), quiet(), feedParallel, func(context.Context, string) error {
			if attempts.Add(1) < 20 {
				return errors.New("busy")
			}
			return nil
		}, nil, counts)
		f.changed("k")
		time.Sleep(time.Millisecond)
		f.changed("k") // known by the next look
		f.drain(t.Context())
		if attempts.Load() != 20 {
			t.Errorf("%d attempts", attempts.Load())
		}
		took := time.Since(begin) // and drain looks every 10 ms
		if counts.received != 2 || counts.failed != 19 || len(counts.lags) != 1 || took-counts.lags[0] > 10*time.Millisecond {
			t.Errorf("received %d, failed %d, lags %v; want 2, 19 and one of %v", counts.received, counts.failed, counts.lags, took)
		}
	})
}

func TestFeedBoundsItsWorkAndFollowsEveryKey(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var mu sync.Mutex
		seen := map[string]int{}
		var running, most atomic.Int64
		f := newFeed(t.Context(), quiet(), feedParallel, func(_ context.Context, key string) error {
			most.Store(max(most.Load(), running.Add(1)))
			time.Sleep(time.Millisecond)
			running.Add(-1)
			mu.Lock()
			defer mu.Unlock()
			seen[key]++
			return nil
		}, nil, &eventCounts{})
		for n := range 500 {
			f.changed(fmt.Sprint(n))
		}
		f.drain(t.Context())
		if len(seen) != 500 || most.Load() > feedParallel {
			t.Errorf("%d keys, %d at the same time", len(seen), most.Load())
		}
	})
}

func TestFeedGivesUpWhenItIsTold(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		f := newFeed(ctx, quiet(), feedParallel, func(context.Context, string) error { return errors.New("down") }, nil, &eventCounts{})
		f.changed("k")
		time.Sleep(time.Minute)
		end, stop := context.WithTimeout(t.Context(), time.Second)
		defer stop()
		f.drain(end)
		if end.Err() == nil {
			t.Error("a key that never succeeds counts as followed")
		}
		cancel()
		f.wait()
		f.changed("k") // nobody follows any more
		f.wait()
	})
}

// Whoever waits for a key is told of a look that began after it was taken.
func TestFeedTellsHowTheNextLookEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, giveUp := context.WithCancel(t.Context())
		var looks atomic.Int64
		f := newFeed(ctx, quiet(), feedParallel, func(ctx context.Context, _ string) error {
			time.Sleep(time.Second)
			if looks.Add(1) == 2 {
				return errors.New("down")
			}
			return ctx.Err()
		}, nil, &eventCounts{})
		f.changed("k")
		time.Sleep(time.Second / 2) // the first look, which succeeds, is under way
		var followers sync.WaitGroup
		for range 3 {
			followers.Go(func() {
				if err := f.follow(ctx, "k"); err == nil || err.Error() != "down" {
					t.Errorf("it was told %v, want the end of the second look", err)
				}
			})
		}
		followers.Wait()
		if err := f.follow(ctx, "k"); err != nil || looks.Load() != 3 {
			t.Errorf("after %d looks it was told %v", looks.Load(), err)
		}
		hasty, leave := context.WithTimeout(ctx, time.Millisecond)
		defer leave()
		if err := f.follow(hasty, "k"); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("who does not wait is told %v", err)
		}
		time.AfterFunc(time.Second/2, giveUp)
		if err := f.follow(t.Context(), "k"); !errors.Is(err, context.Canceled) {
			t.Errorf("when the feed gives up it is told %v", err)
		}
		f.wait()
	})
}

func TestFeedThatIsFull(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, giveUp := context.WithCancel(t.Context())
		told := 0
		f := newFeed(ctx, quiet(), feedParallel, func(ctx context.Context, _ string) error { <-ctx.Done(); return ctx.Err() }, func() { told++ }, &eventCounts{})
		for n := range feedMost {
			f.changed(fmt.Sprint(n))
		}
		f.changed("0") // is under way already
		if told != 0 {
			t.Fatal("it is full too soon")
		}
		f.changed("more")
		if err := f.follow(t.Context(), "more"); !errors.Is(err, errFull) || told != 2 {
			t.Errorf("%v, and it told of it %d times", err, told)
		}
		giveUp()
		f.wait()
	})
}
