package server

import (
	"context"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// Whoever waits for a look gets one that begins afterwards and succeeds; many
// at a time share one.
func TestScoutSeen(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var begun, failed int
		s := newScout(func(context.Context) bool {
			begun++
			time.Sleep(time.Second)
			if begun == 2 {
				failed++
				return false
			}
			return true
		}, nil)
		ctx, stop := context.WithCancel(t.Context())
		var all sync.WaitGroup
		all.Go(func() { s.run(ctx) })
		var asking sync.WaitGroup
		for range 10 {
			asking.Go(func() {
				if err := s.seen(ctx); err != nil {
					t.Error(err)
				}
			})
		}
		asking.Wait()
		if begun != 1 {
			t.Errorf("%d looks for ten who came together", begun)
		}
		if err := s.seen(ctx); err != nil || begun != 3 || failed != 1 {
			t.Errorf("after a look that failed: %v, %d begun", err, begun)
		}
		hurried, cancel := context.WithTimeout(ctx, time.Millisecond)
		defer cancel()
		if s.seen(hurried) == nil {
			t.Error("nobody has looked, and it says so")
		}
		stop()
		all.Wait()
	})
}
