//go:build !race

package sign_test

import (
	"math"
	"runtime"
	"syscall"
	"testing"
	"time"
)

var sink byte

// tries is how often a test measures before it fails: once is enough unless the
// machine is very busy.
const tries = 40

// mostSlowed is the most that a neighbour on its other hardware thread slows
// general code on a core.
const mostSlowed = 1.8

// kind is one kind of URL: signed by us, signed by the SDK, and only hashed.
type kind struct {
	ours, sdk, hashing func() error

	atLeast   float64 // how many times faster than the SDK ours must be
	whenQuiet float64 // how many times the hashing the SDK takes on a quiet core that hashes in hardware
}

// hold fails the test unless ours is atLeast times faster than the SDK and
// costs no more than twice the hashing. It returns what ours costs.
//
// A neighbour on the core's other hardware thread, such as another virtual
// machine, can slow general code for minutes while hashing in hardware, which
// waits for nothing but itself, stays as it is. So what ours costs beside the
// hashing is held to the cost of the hashing on a quiet core, and on a slowed
// one to that cost slowed as much as the SDK is, which is general code too:
// there the SDK takes more than whenQuiet times the hashing.
func (k kind) hold(t *testing.T) (ours time.Duration) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1)) // the collector has no processor of its own
	functions := [...]func() error{k.ours, k.sdk, k.hashing}
	var batch [len(functions)]int
	for i, f := range functions {
		for start := time.Now(); time.Since(start) < 20*time.Millisecond; batch[i]++ {
			if err := f(); err != nil {
				t.Fatal(err)
			}
		}
	}
	best := [len(functions)]time.Duration{math.MaxInt64, math.MaxInt64, math.MaxInt64}
	var faster, beside float64
	for range tries {
		cheapest(t, &best, functions, batch)
		sdk, hashing := best[1], best[2]
		faster = ratio(sdk, best[0])
		slowed := min(max(1, ratio(sdk, hashing)/k.whenQuiet), mostSlowed)
		beside = ratio(best[0]-hashing, hashing) / slowed
		t.Logf("%v a URL; the SDK %v, %.1f times that; hashing alone %v, of which it is %.2f times; the rest, on a core slowed %.2f times, is %.2f of what is allowed",
			best[0], sdk, faster, hashing, ratio(best[0], hashing), slowed, beside)
		if faster >= k.atLeast && beside <= 1 {
			return best[0]
		}
	}
	t.Errorf("%.1f times faster than the SDK's presigner, want at least %.0f; beside the hashing %.2f times what is allowed", faster, k.atLeast, beside)
	return best[0]
}

// cheapest runs batches of the functions in turns and lowers best to the
// processor time of one call of each, garbage collection included. On a machine
// that does other things too, processor time is what does not depend on them,
// and the best of many batches is what depends least on what they do to the
// caches.
func cheapest(t *testing.T, best *[3]time.Duration, functions [3]func() error, batch [3]int) {
	for range 25 {
		for i, f := range functions {
			start := processorTime(t)
			for range batch[i] {
				_ = f() // the same call succeeded before
			}
			best[i] = min(best[i], (processorTime(t)-start)/time.Duration(batch[i]))
		}
	}
}

func ratio(a, b time.Duration) float64 { return float64(a) / float64(b) }

func processorTime(t testing.TB) time.Duration {
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		t.Fatal(err)
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}
