package report

import (
	"fmt"
	"io"
	"strings"
	"sync"
	"time"
)

// defaultEvery is how often lines tell what is under way.
const defaultEvery = 10 * time.Second

// lines tell where there is no terminal what is under way, so that a log shows
// that a long transfer lives.
type lines struct {
	quit  chan struct{}
	ended sync.WaitGroup
}

func startLines(w io.Writer, every time.Duration, t *tally, mu *sync.Mutex) *lines {
	l := &lines{quit: make(chan struct{})}
	l.ended.Go(func() {
		ticker := time.NewTicker(every)
		defer ticker.Stop()
		for {
			select {
			case <-l.quit:
				return
			case <-ticker.C:
			}
			text, _ := t.text()
			said := strings.Join(strings.Fields(text), " ")
			if why := t.trouble(); why != "" {
				said = strings.TrimPrefix(said+", "+why, ", ")
			}
			if said != "" {
				mu.Lock()
				fmt.Fprintln(w, "bytepass: "+said)
				mu.Unlock()
			}
		}
	})
	return l
}

func (l *lines) stop() {
	close(l.quit)
	l.ended.Wait()
}
