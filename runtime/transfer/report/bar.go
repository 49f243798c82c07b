package report

import (
	"fmt"
	"io"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// bar is one line on a terminal that is drawn again and again.
type bar struct {
	w        io.Writer
	columns  int
	now      func() time.Time
	start    time.Time
	expected atomic.Int64
	done     atomic.Int64

	mu    *sync.Mutex // of everything that writes to the terminal
	shown bool
	quit  chan struct{}
	ended sync.WaitGroup
}

const redraw = 200 * time.Millisecond

func startBar(w io.Writer, columns int, now func() time.Time, mu *sync.Mutex) *bar {
	b := &bar{w: w, columns: columns, now: now, start: now(), mu: mu, quit: make(chan struct{})}
	b.ended.Go(func() {
		ticker := time.NewTicker(redraw)
		defer ticker.Stop()
		for {
			select {
			case <-b.quit:
				return
			case <-ticker.C:
				b.mu.Lock()
				b.draw()
				b.mu.Unlock()
			}
		}
	})
	return b
}

func (b *bar) stop() {
	close(b.quit)
	b.ended.Wait()
	b.mu.Lock()
	defer b.mu.Unlock()
	b.clear()
}

// clear takes the line away; the caller holds mu.
func (b *bar) clear() {
	if b.shown {
		fmt.Fprint(b.w, "\r\x1b[K")
		b.shown = false
	}
}

func (b *bar) draw() {
	fmt.Fprint(b.w, "\r\x1b[K"+b.line(b.now().Sub(b.start)))
	b.shown = true
}

// line is what the bar shows after a time, no wider than the terminal.
func (b *bar) line(elapsed time.Duration) string {
	done, expected := b.done.Load(), b.expected.Load()
	if expected == 0 && done == 0 {
		return "reading …"
	}
	rate := int64(float64(done) / max(elapsed.Seconds(), 0.001))
	text := fmt.Sprintf(" %s, %s/s", Bytes(done), Bytes(rate))
	if expected > 0 {
		text = fmt.Sprintf(" %3d %% of %s, %s/s", min(100, done*100/expected), Bytes(expected), Bytes(rate))
		if left := expected - done; rate > 0 && left > 0 {
			text += ", " + (time.Duration(float64(left)/float64(rate)) * time.Second).String() + " left"
		}
	}
	width := min(30, b.columns-len(text)-3)
	if width < 5 || expected == 0 {
		return strings.TrimSpace(text)
	}
	full := int(min(int64(width), int64(float64(width)*float64(done)/float64(expected))))
	return "[" + strings.Repeat("#", full) + strings.Repeat(".", width-full) + "]" + text
}
