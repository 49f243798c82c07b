package transfer

import (
	"context"
	"testing"
	"testing/synctest"
	"time"
)

// TestSlots: large requests are few, small ones fill what is left, and what is
// given back is taken again.
func TestSlots(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := New(Config{Parallel: 3, Large: 1})
		took := func(bytes int64) func() {
			ctx, stop := context.WithTimeout(t.Context(), time.Second)
			defer stop()
			release, err := e.acquire(ctx, bytes)
			if err != nil {
				return nil
			}
			return release
		}
		one := took(large + 1)
		if one == nil || took(large+1) != nil {
			t.Fatal("not one large request at once")
		}
		two, three := took(large), took(0)
		if two == nil || three == nil || took(0) != nil {
			t.Fatal("not three requests at once")
		}
		one()
		if took(0) == nil {
			t.Fatal("what was given back is lost")
		}
		two()
		if took(large+1) == nil {
			t.Fatal("the large one was not given back")
		}
	})
	if e := New(Config{}); e.Parallel != DefaultParallel || e.Large != DefaultLarge {
		t.Errorf("the defaults are %d and %d", e.Parallel, e.Large)
	}
	if e := New(Config{Parallel: 2}); e.Large != 2 {
		t.Errorf("of 2 requests %d may be large", e.Large)
	}
}
