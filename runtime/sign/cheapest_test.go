package sign_test

import (
	"math"
	"runtime"
	"syscall"
	"testing"
	"time"
)

var sink byte

// cheapest runs the functions in turns and returns the processor time of one
// call of each, garbage collection included. On a machine that does other
// things too, processor time is what does not depend on them, and the best of
// many batches is what depends least on what they do to the caches.
func cheapest(t testing.TB, functions ...func() error) []time.Duration {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1)) // the collector has no processor of its own
	best := make([]time.Duration, len(functions))
	batch := make([]int, len(functions))
	for i, f := range functions {
		best[i] = math.MaxInt64
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
