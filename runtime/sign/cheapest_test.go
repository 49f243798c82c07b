//go:build !race

package sign_test

import (
	"math"
	"runtime"
	"slices"
	"syscall"
	"testing"
	"time"
)

var sink byte

// tries is how often a test measures before it fails: once is enough unless the
// machine is very busy.
const tries = 8

// costs are the least that calls have cost so far.
type costs []time.Duration

// cheapest runs the functions in turns and returns the processor time of one
// call of each, garbage collection included, the least of this time and those
// before. On a machine that does other things too, processor time is what does
// not depend on them, and the best of many batches is what depends least on
// what they do to the caches.
func (c *costs) cheapest(t testing.TB, functions ...func() error) []time.Duration {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1)) // the collector has no processor of its own
	if *c == nil {
		*c = slices.Repeat(costs{math.MaxInt64}, len(functions))
	}
	best := *c
	batch := make([]int, len(functions))
	for i, f := range functions {
		for start := time.Now(); time.Since(start) < 20*time.Millisecond; batch[i]++ {
			if err := f(); err != nil {
				t.Fatal(err)
			}
		}
	}
	for range 25 {
		for i, f := range functions {
			start := processorTime(t)
			for range batch[i] {
				_ = f() // the same call succeeded above
			}
			best[i] = min(best[i], (processorTime(t)-start)/time.Duration(batch[i]))
		}
	}
	return best
}

func processorTime(t testing.TB) time.Duration {
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		t.Fatal(err)
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}
