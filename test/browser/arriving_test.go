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

// nothingIsLeft: a failure that onState has told is no unhandled one, a signal
// that outlives an upload keeps nothing of it, and who gives up does not wait
// for URLs to be signed.
func nothingIsLeft(t *testing.T, w *Browser, g Target) {
	p := w.open(t, g.Page+"/")
	got := eval[string](p, `Promise.all([import("/bytepass.js"), import("/client/part-urls.js")]).then(async ([{ Bytepass }, { PartUrls }]) => {
		const unhandled = [], { signal } = new AbortController();
		addEventListener("unhandledrejection", ({ reason }) => unhandled.push(String(reason)));
		let listeners = 0;
		const add = signal.addEventListener, remove = signal.removeEventListener;
		signal.addEventListener = (...args) => (listeners++, add.apply(signal, args));
		signal.removeEventListener = (...args) => (listeners--, remove.apply(signal, args));
		await new Promise((over) => new Bytepass().start("", new Blob(["x"]), { signal, onState: (state) => state === "failed" && setTimeout(over, 50) }));
		let asked;
		const stop = new AbortController();
		new PartUrls((_, signal) => ((asked = signal), new Promise(() => {}))).get(1, [], stop.signal);
		await new Promise((then) => setTimeout(then));
		return [unhandled.length, listeners, asked === stop.signal].join();
	})`)
	if want := "0,0,true"; got != want {
		t.Errorf("it is left: %s; want %s", got, want)
	}
}

// lastWord: of a pause, a resume and a pause before the transfer has stopped,
// the last one counts.
func lastWord(t *testing.T, w *Browser, g Target) {
	p := w.open(t, g.Page+"/")
	got := eval[string](p, `import("/client/upload.js").then(async ({ Upload }) => {
		let runs = 0, stop;
		const run = () => (runs++, new Promise((_, reject) => (stop = () => reject(new DOMException("", "AbortError")))));
		const upload = new Upload(() => ({ run, discard: async () => {} }), 1, {});
		const soon = () => new Promise((then) => setTimeout(then));
		upload.pause(), upload.resume(), upload.pause();
		stop();
		await soon();
		const paused = runs + upload.state;
		upload.resume();
		await soon();
		return paused + "," + runs + upload.state;
	})`)
	if want := "1paused,2sending"; got != want {
		t.Errorf("the runs and states are %s; want %s", got, want)
	}
}
