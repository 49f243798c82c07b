package browser

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/chromedp/cdproto/fetch"
	"github.com/chromedp/chromedp"
)

func partFailsTwice(t *testing.T, w *Browser, g Target) {
	const key = "client/failing.bin"
	b := random(t, "failing.bin", large, 4)
	c := newClient(t, w, g, "{}")
	var failed atomic.Int32
	c.tamper("*partNumber=2*", fetch.RequestStageRequest, func(e *fetch.EventRequestPaused) chromedp.Action {
		switch failed.Add(1) {
		case 1:
			return busy(e.RequestID)
		case 2:
			return broken(e.RequestID)
		}
		return nil
	})
	c.start(key, b, "{}")
	c.arrives(t, key, b)
	got := c.puts()
	slices.Sort(got)
	if !slices.Equal(got, []int{1, 2, 2, 2, 3}) {
		t.Errorf("parts were sent as %v", got)
	}
	if !eval[bool](c.tab, "log.states.includes('retrying')") {
		t.Error("nobody was told of the retries")
	}
}

// passingRefusals has the store refuse once what it takes the next time.
func passingRefusals(t *testing.T, w *Browser, g Target) {
	for _, tc := range []struct {
		code    string
		status  int64
		size    int
		pattern string
	}{
		{"RequestTimeout", 400, large, "*partNumber=2*"},
		{"RequestTimeout", 400, mib, "*X-Amz-Signature=*"},
		{"ConditionalRequestConflict", 409, mib, "*X-Amz-Signature=*"},
		{"BadDigest", 400, mib, "*X-Amz-Signature=*"}, // damaged on the way
	} {
		t.Run(fmt.Sprintf("%s of %d bytes", tc.code, tc.size), func(t *testing.T) {
			key := fmt.Sprintf("client/%s %d.bin", tc.code, tc.size)
			b := random(t, "refused.bin", tc.size, 18)
			c := newClient(t, w, g, "{}")
			var refused atomic.Bool
			c.tamper(tc.pattern, fetch.RequestStageRequest, func(e *fetch.EventRequestPaused) chromedp.Action {
				if e.Request.Method != http.MethodPut || refused.Swap(true) {
					return nil
				}
				return refusing(e.RequestID, tc.status, tc.code)
			})
			c.start(key, b, "{}")
			c.arrives(t, key, b)
			if got, want := eval[string](c.tab, "log.why.join()"), fmt.Sprintf("%d %s", tc.status, tc.code); got != want {
				t.Errorf("it was told to the page as %q, want %q", got, want)
			}
		})
	}
}

// expiredURL has the store refuse a part's URL, as it does when it is too old,
// which it may have become on a bad line.
func expiredURL(t *testing.T, w *Browser, g Target) {
	for name, tc := range map[string]struct {
		size    int
		pattern string
		breaks  int32 // how often the line breaks before
	}{
		"part":             {large, "*partNumber=3*", 0},
		"part, in the end": {large, "*partNumber=3*", 2},
		"single":           {mib, "*X-Amz-Signature=*", 0},
	} {
		t.Run(name, func(t *testing.T) {
			key := "client/expired " + name + ".bin"
			b := random(t, "expired.bin", tc.size, 5)
			c := newClient(t, w, g, "{}")
			var attempts atomic.Int32
			c.tamper(tc.pattern, fetch.RequestStageRequest, func(e *fetch.EventRequestPaused) chromedp.Action {
				if e.Request.Method != http.MethodPut {
					return nil
				}
				switch n := attempts.Add(1); {
				case n <= tc.breaks:
					return broken(e.RequestID)
				case n > tc.breaks+2:
					return nil
				}
				return fetch.ContinueRequest(e.RequestID).WithURL(strings.Replace(e.Request.URL, "X-Amz-Expires=", "X-Amz-Expires=1", 1))
			})
			c.start(key, b, "{}")
			c.arrives(t, key, b)
			if n := attempts.Load(); n != tc.breaks+3 {
				t.Errorf("it took %d attempts", n)
			}
			// A page reads what the store says, so it knows this from a broken line.
			if got := eval[string](c.tab, "log.why.join()"); strings.Count(got, "network") != int(tc.breaks) || strings.Count(got, "403") != 2 {
				t.Errorf("it was told to the page as %q", got)
			}
		})
	}
}

// freshURLs runs the keeper of part URLs with a clock of its own.
func freshURLs(t *testing.T, w *Browser, g Target) {
	p := w.open(t, g.Page+"/")
	got := eval[string](p, `import("/client/part-urls.js").then(async ({ PartUrls }) => {
		let now = Date.parse("2026-01-01T00:00:00Z");
		const asked = [];
		const sign = async (numbers) => {
			asked.push(numbers.join("+"));
			// The API answers at most two at a time, good for a minute.
			return { parts: numbers.slice(0, 2).map((partNumber) => ({ partNumber, url: partNumber + "@" + now })), expiresAt: new Date(now + 60_000).toISOString() };
		};
		const urls = new PartUrls(sign, () => now);
		const [a, b] = await Promise.all([urls.get(1, [2, 3]), urls.get(2, [3])]);
		now += 30_000;
		const same = await urls.get(1, []);
		now += 15_000; // still accepted, but not for long
		const fresh = await urls.get(1, [2]);
		urls.drop(2);
		await urls.get(2, []);
		// The clock of this machine is an hour fast.
		const fast = new PartUrls(sign, () => now + 3_600_000);
		await fast.get(7, []);
		await fast.get(7, []);
		// URLs that live for less than the margin that others are given.
		const brief = new PartUrls(async (numbers) => {
			asked.push("brief");
			return { parts: numbers.map((partNumber) => ({ partNumber, url: "" })), expiresAt: new Date(now + 15_000).toISOString() };
		}, () => now);
		await brief.get(8, []);
		now += 9_000;
		await brief.get(8, []);
		now += 3_000;
		await brief.get(8, []);
		return [a.url !== fresh.url && a.url === same.url, asked.join(" ")].join(" ");
	})`)
	if want := "true 1+2+3 1+2 2 7 brief brief"; got != want {
		t.Errorf("asked for URLs: %s; want %s", got, want)
	}
}

// lostAnswer breaks the connection after the store has put the parts together.
func lostAnswer(t *testing.T, w *Browser, g Target) {
	const key = "client/lost answer.bin"
	b := random(t, "lost answer.bin", large, 6)
	c := newClient(t, w, g, "{}")
	var lost atomic.Int32
	c.tamper("*/complete", fetch.RequestStageResponse, func(e *fetch.EventRequestPaused) chromedp.Action {
		if lost.Add(1) > 1 {
			return nil
		}
		return broken(e.RequestID)
	})
	c.start(key, b, "{}")
	c.arrives(t, key, b)
	if lost.Load() < 2 {
		t.Error("the completion was asked for once")
	}
	var versions []struct{}
	if g.api(t, http.MethodGet, "/api/versions?key=client/lost%20answer.bin", &versions); len(versions) != 1 {
		t.Errorf("the file has %d versions", len(versions))
	}
}

func hiddenETag(t *testing.T, w *Browser, g Target) {
	const key = "client/hidden.bin"
	b := random(t, "hidden.bin", large, 7)
	c := newClient(t, w, g, "{}")
	eval[bool](c.tab, "(XMLHttpRequest.prototype.getResponseHeader = () => null, true)")
	c.start(key, b, "{}")
	c.arrives(t, key, b)
	c.clean()
}
