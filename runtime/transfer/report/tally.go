package report

import (
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/bytepass/bytepass/runtime/terminal"
)

// recent is how long it is told why something is tried again: longer than the
// pauses in between.
const recent = 15 * time.Second

// tally is how far the transfers are.
type tally struct {
	now      func() time.Time
	start    time.Time
	expected atomic.Int64 // bytes in all
	checked  atomic.Int64 // bytes that were read before they are sent
	done     atomic.Int64 // bytes that are there
	moving   atomic.Int64 // nanoseconds after start when the first one was

	mu    sync.Mutex
	why   string // something is tried again
	since time.Time
}

func newTally(now func() time.Time) *tally { return &tally{now: now, start: now()} }

func (t *tally) progress(bytes int64) {
	if bytes > 0 {
		t.moving.CompareAndSwap(0, max(1, int64(t.now().Sub(t.start))))
	}
	t.done.Add(bytes)
}

func (t *tally) waiting(why error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.why, t.since = terminal.Line(why.Error()), t.now()
}

// trouble is why something is tried again; empty if nothing is.
func (t *tally) trouble() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.why == "" || t.now().Sub(t.since) > recent {
		return ""
	}
	return "trying again: " + t.why
}

// text says in a few words how far it is, and as a share of 1 for what is drawn;
// empty if there is nothing to tell.
func (t *tally) text() (text string, share float64) {
	expected, checked, done := t.expected.Load(), t.checked.Load(), t.done.Load()
	elapsed := t.now().Sub(t.start)
	switch {
	case expected == 0 && done == 0:
		return "", 0
	case done == 0 && checked > 0 && checked < expected:
		return "checking " + portion(checked, expected, elapsed), float64(checked) / float64(expected)
	case expected == 0:
		return fmt.Sprintf("%s, %s/s", Bytes(done), Bytes(perSecond(done, elapsed))), 0
	}
	if done >= expected { // the store puts the parts together, or the list has to follow
		return fmt.Sprintf("100 %% of %s, finishing", Bytes(expected)), 1
	}
	elapsed -= time.Duration(t.moving.Load())
	text, share = portion(done, expected, elapsed), max(0, float64(done)/float64(expected))
	if checked > 0 && checked < expected {
		text += fmt.Sprintf(", checking %d %%", checked*100/expected)
	}
	return text, share
}

// portion says how much of the whole is done after a time.
func portion(done, whole int64, elapsed time.Duration) string {
	rate := perSecond(done, elapsed)
	text := fmt.Sprintf("%3d %% of %s, %s/s", max(0, done*100/whole), Bytes(whole), Bytes(rate))
	if left := whole - done; rate > 0 && left > 0 {
		text += ", " + (time.Duration(float64(left)/float64(rate)) * time.Second).String() + " left"
	}
	return text
}

func perSecond(bytes int64, elapsed time.Duration) int64 {
	return int64(float64(bytes) / max(elapsed.Seconds(), 0.001))
}
