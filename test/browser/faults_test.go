package browser

import (
	"encoding/json"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/Shopify/toxiproxy/v2"
	"github.com/chromedp/chromedp"
	"github.com/rs/zerolog"
)

// line is the browser's network to the store.
type line struct {
	proxy *toxiproxy.Proxy
}

// newBadLine starts a server whose store the browser reaches through a line
// that can be made bad. The URLs name the store, and their signature binds that
// name: so it is the browser that is told to go through the line.
func newBadLine(t *testing.T) (*world, *line) {
	t.Helper()
	store := freeAddress(t)
	server := startServer(t, "--s3-listen", store)
	zerolog.SetGlobalLevel(zerolog.Disabled) // some toxics log past the server's logger
	faults := toxiproxy.NewServer(toxiproxy.NewMetricsContainer(nil), zerolog.Nop())
	proxy := toxiproxy.NewProxy(faults, "store", "127.0.0.1:0", store)
	if err := faults.Collection.Add(proxy, true); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(proxy.Stop)
	return &world{server: server, browser: startBrowser(t, "MAP "+store+" "+proxy.Listen)}, &line{proxy}
}

func freeAddress(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

// make makes the line bad: kind and attributes are toxiproxy's, on the way to
// the store ("upstream") or back.
func (l *line) make(t *testing.T, kind, stream string, attributes map[string]int) {
	t.Helper()
	toxic, err := json.Marshal(map[string]any{"name": kind, "type": kind, "stream": stream, "attributes": attributes})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := l.proxy.Toxics.AddToxicJson(strings.NewReader(string(toxic))); err != nil {
		t.Fatal(err)
	}
}

// heal makes the line good again.
func (l *line) heal(t *testing.T) { l.proxy.Toxics.ResetToxics(t.Context()) }

func TestBadLine(t *testing.T) {
	t.Parallel()
	w, l := newBadLine(t)
	g := target{page: w.server.URL}
	slow := func(t *testing.T, rate int) { // KB/s of each connection
		l.make(t, "bandwidth", "upstream", map[string]int{"rate": rate})
		t.Cleanup(func() { l.heal(t) })
	}

	t.Run("slow", func(t *testing.T) {
		slow(t, 3_000) // parts travel by three
		key, b := "line/slow.bin", random(t, "slow.bin", large, 70)
		c := newClient(t, w, g, "{}")
		c.start(key, b, "{}")
		c.arrives(t, key, b)
		if !eval[bool](c.tab, "log.paces.some((p) => p.speed > 4e6 && p.speed < 27e6 && p.secondsLeft > 0.2)") {
			t.Errorf("at 9 MB/s the pace was %s", eval[string](c.tab, "JSON.stringify(log.paces.slice(-5))"))
		}
		c.clean()
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
		c.start(key, b, "{}")
		c.sent(8 * mib)
		l.make(t, "reset_peer", "upstream", map[string]int{"timeout": 0})
		c.until("log.states.includes('retrying')")
		l.heal(t)
		c.arrives(t, key, b)
	})
	t.Run("dead", func(t *testing.T) {
		key, b := "line/dead.bin", random(t, "dead.bin", large, 73)
		c := newClient(t, w, g, "{ stall: 1500 }")
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
		c.start(key, b, "{}")
		c.sent(8 * mib)
		c.offline(true)
		c.until("log.states.includes('retrying') && !navigator.onLine")
		before := len(c.puts())
		time.Sleep(700 * time.Millisecond)
		if after := len(c.puts()); after > before+1 {
			t.Errorf("while it is offline it tried %d times", after-before)
		}
		c.offline(false)
		c.arrives(t, key, b)
	})
	t.Run("reload half-way", func(t *testing.T) {
		slow(t, 8_000)
		key, b := "line/reload.bin", random(t, "reload.bin", large, 76)
		c := newClient(t, w, g, "{ parallel: 1 }")
		c.start(key, b, "{}")
		c.sent(12 * mib)
		c.do(chromedp.Reload())
		c.load("{ parallel: 1 }")
		c.start(key, b, "{}")
		c.arrives(t, key, b)
		c.sentTheRest(t)
	})
	t.Run("server killed half-way", func(t *testing.T) {
		slow(t, 8_000)
		key, b := "line/killed.bin", random(t, "killed.bin", large, 77)
		c := newClient(t, w, g, "{ parallel: 1 }")
		c.start(key, b, "{}")
		c.sent(12 * mib)
		if err := w.server.Kill(); err != nil {
			t.Fatal(err)
		}
		c.until("log.states.includes('retrying')")
		if err := w.server.Restart(); err != nil {
			t.Fatal(err)
		}
		c.arrives(t, key, b)
		for i, n := range c.puts() {
			if i > 0 && n == 1 {
				t.Errorf("the part that had arrived was sent again: %v", c.puts())
			}
		}
	})
}
