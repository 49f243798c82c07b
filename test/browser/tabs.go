package browser

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"testing"

	"github.com/chromedp/chromedp"
)

// twoTabs has two tabs of one browser upload to one key at the same time, each
// in parts. However they end, both are told, and nothing of either is lost.
func twoTabs(t *testing.T, w *Browser, g Target) {
	const halfWay = "{ overwrite: %v, at(sent) { if (sent > 12582912 && !log.paused) { log.paused = true; upload.pause(); } } }"
	together := func(key string, a, b blob, overwrite bool) (first, second *client) {
		first, second = newClient(t, w, g, "{ parallel: 1 }"), newClient(t, w, g, "{ parallel: 1 }")
		first.start(key, a, fmt.Sprintf(halfWay, overwrite))
		first.until("upload.state === 'paused'")
		second.start(key, b, fmt.Sprintf(halfWay, overwrite))
		second.until("upload.state === 'paused'")
		return first, second
	}
	finish := func(c *client) failure {
		eval[bool](c.tab, "(upload.resume(), true)")
		c.until("!!(log.done ?? log.error)")
		return eval[failure](c.tab, "log.error ?? {}")
	}
	one, other := random(t, "one.bin", large, 14), random(t, "other.bin", large, 15)

	t.Run("both are kept", func(t *testing.T) {
		const key = "tabs/both.bin"
		first, second := together(key, one, other, true)
		for _, c := range []*client{second, first} {
			if e := finish(c); e.Message != "" {
				t.Fatalf("a tab was told %+v", e)
			}
		}
		// Whoever ends last is on top, and the other is a version below.
		if got, want := g.versions(t, key), []string{one.sum, other.sum}; !slices.Equal(got, want) {
			t.Errorf("the versions are %v, want %v", got, want)
		}
		if n := g.unfinished(t, key); n != 0 {
			t.Errorf("%d uploads are left", n)
		}
	})
	t.Run("only one may have it", func(t *testing.T) {
		const key = "tabs/only.bin"
		first, second := together(key, one, other, false)
		if e := finish(first); e.Message != "" {
			t.Fatalf("the first tab was told %+v", e)
		}
		if e := finish(second); e.Status != http.StatusConflict {
			t.Errorf("the second tab was told %+v", e)
		}
		second.until("upload.state === 'failed'")
		if n := g.unfinished(t, key); n != 0 {
			t.Errorf("%d uploads are left", n)
		}
		if got, want := g.versions(t, key), []string{one.sum}; !slices.Equal(got, want) {
			t.Errorf("the versions are %v, want %v", got, want)
		}
	})
	t.Run("one gives up", func(t *testing.T) {
		const key = "tabs/given up.bin"
		first, second := together(key, one, other, true)
		eval[bool](second.tab, "(upload.cancel(), true)")
		if e := second.fails(); e.Name != "AbortError" {
			t.Errorf("the second tab was told %+v", e)
		}
		if got := eval[string](second.tab, "log.states.slice(log.states.indexOf('paused')).join()"); got != "paused,cancelled" {
			t.Errorf("the second tab went through %s", got)
		}
		if n := eval[int](second.tab, "Object.keys(localStorage).filter((name) => name.endsWith('given up.bin')).length"); n != 1 {
			t.Errorf("the browser remembers %d uploads of the first tab", n)
		}
		if e := finish(first); e.Message != "" {
			t.Fatalf("the first tab was told %+v", e)
		}
		first.arrives(t, key, one)
		if n := g.unfinished(t, key); n != 0 {
			t.Errorf("%d uploads are left", n)
		}
	})
}

// twoBrowsers has a second browser go on with what another one is uploading,
// and give up: only the one that began the upload may abort it, also after a
// reload.
func twoBrowsers(t *testing.T, w *Browser, g Target) {
	const key = "browsers/shared.bin"
	const options = "{ parallel: 1 }"
	const halfWay = "{ at(sent) { if (sent > 12582912 && !log.paused) { log.paused = true; upload.pause(); } } }"
	b := random(t, "shared.bin", large, 16)
	first := newClient(t, w, g, options)
	first.start(key, b, halfWay)
	first.until("upload.state === 'paused'")
	second := &client{w.another(t, g.Page+"/"), g}
	goOn := func(c *client) {
		t.Helper()
		c.load(options)
		c.start(key, b, halfWay)
		c.until("upload.state === 'paused'")
		if got := c.puts(); slices.Contains(got, 1) {
			t.Errorf("the parts %v were sent: the first one again", got)
		}
	}
	isThere := func(what string, want int) {
		t.Helper()
		if n := g.unfinished(t, key); n != want {
			t.Errorf("%s: %d uploads are unfinished", what, n)
		}
	}
	goOn(second)
	second.do(chromedp.Reload())
	second.load(options)
	if n := eval[int](second.tab, "files.interrupted().then(async ([hint]) => (await files.discard(hint), (await files.interrupted()).length))"); n != 0 {
		t.Errorf("the second browser remembers %d uploads that it has discarded", n)
	}
	isThere("the second browser has discarded it", 1)
	goOn(second)
	eval[bool](second.tab, "(upload.cancel(), true)")
	second.fails()
	isThere("the second browser has cancelled it", 1)

	first.do(chromedp.Reload())
	goOn(first)
	eval[bool](first.tab, "(upload.cancel(), true)")
	first.fails()
	isThere("the first browser has cancelled it", 0)
}

// versions returns the SHA-256 of every version of a file, the newest first.
func (g Target) versions(t *testing.T, key string) []string {
	t.Helper()
	var list []struct{ VersionID string }
	if status := g.api(t, http.MethodGet, "/api/versions?key="+url.QueryEscape(key), &list); status != http.StatusOK {
		t.Fatalf("GET /api/versions answers %d", status)
	}
	sums := make([]string, len(list))
	for i, v := range list {
		sums[i] = g.sumOf(t, key, v.VersionID)
	}
	return sums
}
