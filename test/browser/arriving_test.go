package browser

import (
	"sync/atomic"
	"testing"

	"github.com/chromedp/cdproto/fetch"
	"github.com/chromedp/chromedp"
)

// storedButNotListed breaks the line after a file is stored: it is looked for
// again, and not sent again.
func storedButNotListed(t *testing.T, w *world) {
	p := w.at(t, "#/stored/")
	var away atomic.Bool
	away.Store(true)
	p.tamper("*/api/files?*", fetch.RequestStageRequest, func(e *fetch.EventRequestPaused) chromedp.Action {
		if away.Load() {
			return broken(e.RequestID)
		}
		return nil
	})
	p.choose(file(t, "s.txt", []byte("x")))
	p.until("!!document.querySelector('#uploads .failed')")
	away.Store(false)
	p.press("Look for s.txt in the list again")
	p.until("document.getElementById('panel').hidden")
	p.lists("s.txt")
	if n := eval[int](p, "fetch('/api/versions?key=stored/s.txt').then((r) => r.json()).then((list) => list.length)"); n != 1 {
		t.Errorf("it was stored %d times", n)
	}
}

// allAtOnce pauses and cancels many uploads: none that waits is begun for it.
func allAtOnce(t *testing.T, w *world) {
	p := w.at(t, "#/")
	got := eval[int](p, `import("/page/queue.js").then(({ Queue }) => {
		let begun = 0;
		const start = () => (begun++, { done: new Promise(() => {}), pause() {}, resume() {}, cancel() {} });
		const queue = new Queue({ start }, { onItem() {}, onGone() {}, onArrived() {} });
		queue.add(Array.from({ length: 10_000 }, (_, n) => ({ key: String(n), file: new File(["x"], "x") })));
		queue.pauseAll();
		queue.cancelAll();
		return begun + queue.items.length;
	})`)
	if got != 3 {
		t.Errorf("%d uploads were begun, not 3", got)
	}
	p.clean()
}

// noLocks: a browser that forbids storage refuses locks, too.
func noLocks(t *testing.T, w *Browser, g Target) {
	p := w.open(t, g.Page+"/")
	if !eval[bool](p, `import("/client/hints.js").then(async ({ claim }) => {
		navigator.locks.request = () => Promise.reject(new DOMException("no storage", "SecurityError"));
		(await claim("key"))();
		return true;
	})`) {
		t.Error("nothing is claimed")
	}
}
