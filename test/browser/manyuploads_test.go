package browser

import (
	"net/http"
	"sync/atomic"
	"testing"

	"github.com/chromedp/cdproto/fetch"
	"github.com/chromedp/chromedp"
)

// panel puts a queue into the page's panel of uploads. Its transfers are asked
// of "send", which gets a key and returns a promise.
func (p *tab) panel(send string) {
	p.Helper()
	eval[bool](p, `Promise.all([import("/page/queue.js"), import("/page/uploads.js")]).then(([{ Queue }, { UploadsPanel }]) => {
		const panel = new UploadsPanel(() => queue), send = `+send+`;
		const start = (key) => ({ done: send(key), pause() {}, resume() {}, cancel() {} });
		window.queue = new Queue({ start, arrived: async () => {} }, {
			onItem: (item) => panel.changed(item), onGone: (item) => panel.gone(item), onArrived: (_, key) => panel.arrived(key),
		});
		window.enqueue = (...keys) => queue.add(keys.map((key) => ({ key, file: new File(["x"], key) })));
		return true;
	})`)
}

// thousands has many small files arrive: a part of them is drawn, and a screen
// reader hears of them together.
func thousands(t *testing.T, w *world) {
	p := w.at(t, "#/thousands/")
	p.panel("async (key) => (await new Promise((then) => setTimeout(then)), { key })")
	eval[bool](p, `(() => {
		const later = setTimeout;
		window.setTimeout = (act, delay = 0) => later(act, delay < 1000 ? delay : delay / 10); // nobody has to listen
		const watch = (id, on) => new MutationObserver(on).observe(document.getElementById(id), { childList: true });
		window.heard = [], window.most = 0, window.begun = performance.now();
		watch("status", () => heard.push(document.getElementById("status").textContent));
		watch("uploads", () => (most = Math.max(most, document.getElementById("uploads").childElementCount)));
		enqueue(...Array.from({ length: 1000 }, (_, n) => "file " + n));
		return true;
	})()`)
	p.until("document.getElementById('panel').hidden && queue.arrived.files === 1000 && heard.length > 0 && heard.at(-1).endsWith(' 0 left')")
	if got := eval[int](p, "most"); got != 50 {
		t.Errorf("%d lines were shown at a time", got)
	}
	if !eval[bool](p, "heard.length <= 2 + (performance.now() - begun) / 500") {
		t.Errorf("a screen reader heard %q", eval[[]string](p, "heard"))
	}
	if got := eval[string](p, "heard[0]"); got != "Uploaded file 0" {
		t.Errorf("of the first it heard %q", got)
	}
	p.clean()
}

// failedAmongMany: what has failed neither hides what travels nor keeps it, and
// is begun again before what waits, or dismissed, together.
func failedAmongMany(t *testing.T, w *world) {
	p := w.at(t, "#/failed/")
	p.panel(`(key) => key.startsWith("bad") ? Promise.reject(new Error("no")) : key.startsWith("good") ? Promise.resolve({ key }) : new Promise(() => {})`)
	eval[bool](p, `(enqueue(...Array.from({ length: 60 }, (_, n) => "bad " + n), "slow 1", "slow 2", "slow 3", ...Array.from({ length: 60 }, (_, n) => "slow w" + n)), true)`)
	shown := "[...document.querySelectorAll('#uploads .name')].map((name) => name.textContent).slice(0, 4).join()"
	p.until("document.getElementById('unseen').textContent === 'Not shown: 13 failed, 60 waiting'")
	if got, want := eval[string](p, shown), "slow 1,slow 2,slow 3,bad 0"; got != want {
		t.Errorf("the first lines are %s; want %s", got, want)
	}
	p.press("Retry failed")
	p.until("queue.count('failed') === 0 && queue.count('waiting') === 120")
	if got, want := eval[string](p, shown), "slow 1,slow 2,slow 3,bad 0"; got != want {
		t.Errorf("begun again the first lines are %s; want %s", got, want)
	}
	if got := eval[string](p, "document.activeElement.id"); got != "panel-heading" {
		t.Errorf("the focus is on %q when the button has gone", got)
	}
	p.press("Cancel the upload of slow 1")
	p.until("queue.count('failed') === 60")
	p.press("Dismiss failed")
	p.until("queue.count('failed') === 0 && document.getElementById('unseen').textContent === 'Not shown: 12 waiting'")
	if !eval[bool](p, "document.getElementById('retry-failed').hidden && document.getElementById('dismiss-failed').hidden") {
		t.Error("nothing has failed, and it can be begun again or dismissed")
	}
	p.press("Cancel all")
	p.until("document.getElementById('panel').hidden")
	if got := eval[string](p, "document.activeElement.id"); got != "choose" {
		t.Errorf("the focus is on %q when the panel has gone", got)
	}
	p.clean()
}

// retryFailed has a server fail, and all begun again once it does not.
func retryFailed(t *testing.T, w *world) {
	p := w.at(t, "#/retried/")
	var fails atomic.Bool
	fails.Store(true)
	p.tamper("*/api/presign", fetch.RequestStageRequest, func(e *fetch.EventRequestPaused) chromedp.Action {
		if fails.Load() {
			return fetch.FulfillRequest(e.RequestID, http.StatusNotFound)
		}
		return nil
	})
	p.choose(file(t, "a.txt", []byte("a")), file(t, "b.txt", []byte("b")), file(t, "c.txt", []byte("c")))
	p.until("document.querySelectorAll('#uploads .failed').length === 3")
	fails.Store(false)
	p.press("Retry failed")
	p.lists("a.txt", "b.txt", "c.txt")
	p.until("document.getElementById('panel').hidden")
}
