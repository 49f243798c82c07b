package browser

import (
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

// lastPart is where the last part of a large file goes.
const lastPart = "*partNumber=3*"

// BadLine runs the promises that need a bad line, at least to the store. die
// ends what answers the page, as a crash does, and returns what brings it back.
func BadLine(t *testing.T, w *Browser, g Target, l *Line, die func(*testing.T) (revive func(*testing.T))) {
	slow := func(t *testing.T, rate int) { // KB/s of each connection
		l.make(t, "bandwidth", "upstream", map[string]int{"rate": rate})
		t.Cleanup(func() { l.heal(t) })
	}

	t.Run("slow", func(t *testing.T) {
		for name, tc := range map[string]struct{ size, rate int }{
			"parts":  {large, 2_000}, // they travel by three
			"single": {12 * mib, 4_000},
		} {
			t.Run(name, func(t *testing.T) {
				slow(t, tc.rate)
				key, b := "line/slow "+name+".bin", random(t, "slow.bin", tc.size, 70)
				c := newClient(t, w, g, "{}")
				began := time.Now()
				c.start(key, b, "{}")
				c.until("!!(log.done ?? log.error)")
				mean := float64(tc.size) / time.Since(began).Seconds()
				c.arrives(t, key, b)
				// A machine that stands still lowers the mean, but not what the line lets through.
				most := max(6*mean, 2*3*1000*float64(tc.rate))
				if !g.Buffered && !eval[bool](c.tab, "log.paces.some((p) => p.speed > %s / 3 && p.speed < %s && p.secondsLeft > 0.2)", mean, most) {
					t.Errorf("at %.0f bytes a second the pace was %s", mean, eval[string](c.tab, "JSON.stringify(log.paces.slice(-5))"))
				}
				if !eval[bool](c.tab, "log.states.includes('sending')") {
					t.Errorf("the states were %s", eval[string](c.tab, "log.states.join()"))
				}
				c.clean()
			})
		}
	})
	t.Run("cut in the middle of parts", func(t *testing.T) {
		key, b := "line/cut.bin", random(t, "cut.bin", large, 71)
		c := newClient(t, w, g, "{}")
		l.make(t, "limit_data", "upstream", map[string]int{"bytes": 4_000_000}) // each connection
		c.start(key, b, "{}")
		c.until("log.states.includes('retrying')")
		l.heal(t)
		c.arrives(t, key, b)
	})
	t.Run("reset in the middle of parts", func(t *testing.T) {
		slow(t, 8_000)
		key, b := "line/reset.bin", random(t, "reset.bin", large, 72)
		c := newClient(t, w, g, "{}")
		release := c.holds(lastPart)
		c.start(key, b, "{}")
		c.sent(8 * mib)
		l.make(t, "reset_peer", "upstream", map[string]int{"timeout": 0})
		release()
		c.until("log.states.includes('retrying')")
		l.heal(t)
		c.arrives(t, key, b)
	})
	t.Run("dead", func(t *testing.T) {
		key, b := "line/dead.bin", random(t, "dead.bin", large, 73)
		c := newClient(t, w, g, "{ stall: 3000 }")
		l.make(t, "timeout", "downstream", map[string]int{"timeout": 0}) // no answer comes, and no end
		c.start(key, b, "{}")
		c.until("log.states.includes('retrying')")
		l.heal(t)
		c.arrives(t, key, b)
	})
	t.Run("a single request is cut", func(t *testing.T) {
		key, b := "line/single.bin", random(t, "single.bin", 5*mib, 74)
		c := newClient(t, w, g, "{}")
		l.make(t, "limit_data", "upstream", map[string]int{"bytes": 2_000_000})
		c.start(key, b, "{}")
		c.until("log.states.includes('retrying')")
		l.heal(t)
		c.arrives(t, key, b)
	})
	t.Run("offline", func(t *testing.T) {
		slow(t, 8_000)
		key, b := "line/offline.bin", random(t, "offline.bin", large, 75)
		c := newClient(t, w, g, "{}")
		release := c.holds(lastPart)
		c.start(key, b, "{}")
		c.sent(8 * mib)
		c.offline(true)
		release()
		c.until("log.states.includes('retrying') && !navigator.onLine")
		before := len(c.puts())
		time.Sleep(700 * time.Millisecond)
		// The first two parts may each have been about to be tried when the network went.
		if after := len(c.puts()); after > before+2 {
			t.Errorf("while it is offline it tried %d times", after-before)
		}
		c.offline(false)
		c.arrives(t, key, b)
	})
	t.Run("reload half-way", func(t *testing.T) {
		slow(t, 8_000)
		key, b := "line/reload.bin", random(t, "reload.bin", large, 76)
		c := newClient(t, w, g, "{ parallel: 1 }")
		release := c.holds(lastPart)
		c.start(key, b, "{}")
		c.sent(12 * mib)
		c.do(chromedp.Reload())
		release()
		c.load("{ parallel: 1 }")
		c.start(key, b, "{}")
		c.arrives(t, key, b)
		c.sentTheRest(t)
	})
	t.Run("server killed half-way", func(t *testing.T) {
		slow(t, 8_000)
		key, b := "line/killed.bin", random(t, "killed.bin", large, 77)
		c := newClient(t, w, g, "{ parallel: 1 }")
		release := c.holds(lastPart)
		c.start(key, b, "{}")
		c.sent(12 * mib)
		revive := die(t)
		release()
		c.until("log.states.includes('retrying')")
		revive(t)
		c.arrives(t, key, b)
		for i, n := range c.puts() {
			if i > 0 && n == 1 {
				t.Errorf("the part that had arrived was sent again: %v", c.puts())
			}
		}
	})
}
