package report

import (
	"fmt"
	"io"
	"strings"
	"sync"
	"time"
)

// bar is one line on a terminal that is drawn again and again.
type bar struct {
	w       io.Writer
	columns int
	tally   *tally

	mu    *sync.Mutex // of everything that writes to the terminal
	shown bool
	quit  chan struct{}
	ended sync.WaitGroup
}

const redraw = 200 * time.Millisecond

func startBar(w io.Writer, columns int, t *tally, mu *sync.Mutex) *bar {
	b := &bar{w: w, columns: columns, tally: t, mu: mu, quit: make(chan struct{})}
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
	fmt.Fprint(b.w, "\r\x1b[K"+b.line())
	b.shown = true
}

// line is what the bar shows, no wider than the terminal. Why something is tried
// again takes the place of what is drawn.
func (b *bar) line() string {
	text, share := b.tally.text()
	if why := b.tally.trouble(); why != "" {
		return cut(strings.TrimPrefix(strings.TrimSpace(text)+", "+why, ", "), b.columns-1)
	}
	if text == "" {
		return "reading …"
	}
	width := min(30, b.columns-len(text)-4)
	if width < 5 || b.tally.expected.Load() == 0 {
		return strings.TrimSpace(text)
	}
	full := int(float64(width) * share)
	return "[" + strings.Repeat("#", full) + strings.Repeat(".", width-full) + "] " + text
}

// cut leaves the first characters of a text.
func cut(text string, most int) string {
	if all := []rune(text); len(all) > most {
		return string(all[:max(0, most)])
	}
	return text
}
