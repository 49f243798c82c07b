package browser

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/chromedp/cdproto/fetch"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// TestTrouble is what people meet when something is away, forbidden or slow.
func TestTrouble(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	t.Run("a change of the page", func(t *testing.T) { changeOfThePage(t, w) })
	t.Run("errors stay", func(t *testing.T) { errorsStay(t, w) })
	t.Run("no configuration", func(t *testing.T) { noConfiguration(t, w) })
	t.Run("slow configuration", func(t *testing.T) { slowConfiguration(t, w) })
	t.Run("drops", func(t *testing.T) { drops(t, w) })
	t.Run("no storage", func(t *testing.T) { noStorage(t, w) })
	t.Run("dialogs", func(t *testing.T) { dialogs(t, w) })
	t.Run("the focus comes back", func(t *testing.T) { focusComesBack(t, w) })
	t.Run("undone at once", func(t *testing.T) { undoneAtOnce(t, w) })
	t.Run("show more", func(t *testing.T) { showMore(t, w) })
}

// errorsStay has an action fail, and then the list itself. What the action
// complained of outlives the arrival of a file; what the list complained of
// goes when it loads.
func errorsStay(t *testing.T, w *world) {
	p := w.at(t, "#/errors/")
	p.store("errors/gone.txt", "x", "text/plain")
	p.do(chromedp.Reload())
	p.lists("gone.txt")
	if status := w.target().api(t, http.MethodDelete, "/api/files?key="+url.QueryEscape("errors/gone.txt"), nil); status >= 300 {
		t.Fatalf("DELETE answers %d", status)
	}
	p.until("fetch('/api/file?key=errors/gone.txt').then((r) => !r.ok)") // the catalog hears of it a little later
	p.press("Copy a link to gone.txt")
	p.until("!document.getElementById('alert').hidden")
	said := p.text("#alert")
	p.choose(file(t, "new.txt", []byte("x")))
	p.until("[...document.querySelectorAll('#rows td:first-child')].some((cell) => cell.textContent === 'new.txt')")
	if got := p.text("#alert"); got != said || said == "" {
		t.Errorf("after an arrival the page complains %q, not %q", got, said)
	}

	var away atomic.Bool
	away.Store(true)
	p.tamper("*/api/folders?*", fetch.RequestStageRequest, func(e *fetch.EventRequestPaused) chromedp.Action {
		if away.Load() {
			return fetch.FulfillRequest(e.RequestID, http.StatusForbidden)
		}
		return nil
	})
	eval[bool](p, "(location.hash = '#/', true)")
	p.until("!document.getElementById('alert').hidden && document.getElementById('alert').textContent !== %s", said)
	away.Store(false)
	eval[bool](p, "dispatchEvent(new Event('online'))")
	p.until("document.getElementById('alert').hidden")
}

// noConfiguration: a page that cannot find out how people sign in says so.
func noConfiguration(t *testing.T, w *world) {
	p := w.open(t, "about:blank")
	var answers atomic.Int32
	p.tamper("*/config.json", fetch.RequestStageRequest, func(e *fetch.EventRequestPaused) chromedp.Action {
		switch answers.Add(1) {
		case 1:
			return broken(e.RequestID)
		case 2:
			return busy(e.RequestID)
		}
		return nil
	})
	p.do(chromedp.Navigate(w.server.URL + "/"))
	p.card("The page cannot start")
	p.says("does not answer")
	if eval[bool](p, "document.getElementById('list').checkVisibility()") {
		t.Error("it seems to load nevertheless")
	}
	p.press("Try again")
	p.until("document.getElementById('login-why').textContent.includes('503')")
	p.press("Try again")
	p.until("document.getElementById('login').hidden && document.getElementById('list').checkVisibility() && document.getElementById('list').ariaBusy === 'false'")
}

// slowConfiguration: a page whose server takes the question and gives no answer
// says so after a while.
func slowConfiguration(t *testing.T, w *world) {
	p := w.open(t, "about:blank")
	p.do(chromedp.ActionFunc(func(ctx context.Context) error {
		_, err := page.AddScriptToEvaluateOnNewDocument(`
			const late = AbortSignal.timeout;
			AbortSignal.timeout = (ms) => late.call(AbortSignal, ms / 100);
		`).Do(ctx)
		return err
	}))
	release := p.holds("*/config.json")
	defer release()
	p.do(chromedp.Navigate(w.server.URL + "/"))
	p.card("The page cannot start")
	p.says("has not answered for 15 seconds")
}

// drop drops files on the page that a script gives as entries: "leaf" makes one
// that can be read, "bad" one that cannot, and "folder" one of entries.
func (p *tab) drop(entries string) {
	p.Helper()
	eval[bool](p, `(() => {
		const leaf = (name) => ({ name, isFile: true, file: (done) => done(new File(["x"], name, { type: "text/plain" })) });
		const bad = (name) => ({ name, isFile: true, file: (_, fail) => fail(new DOMException("gone", "NotFoundError")) });
		const folder = (name, ...batches) => ({ name, createReader: () => ({ readEntries: (done) => done(batches.shift() ?? []) }) });
		const event = new Event("drop", { bubbles: true, cancelable: true });
		event.dataTransfer = { items: [`+entries+`].map((entry) => ({ webkitGetAsEntry: () => entry })), files: [] };
		document.body.dispatchEvent(event);
		return true;
	})()`)
}

// drops: what cannot be read keeps nothing else from being taken, and nothing
// is taken where one sees no folder that it could go to.
func drops(t *testing.T, w *world) {
	p := w.at(t, "#trash")
	p.drop(`leaf("lost.txt")`)
	eval[bool](p, "(location.hash = '#/drops/', true)")
	p.lists()
	p.drop(`leaf("a.txt"), folder("tree", [bad("b.txt"), leaf("c.txt")]), leaf("d.txt")`)
	p.lists("a.txt", "d.txt", "tree")
	if got := p.text("#alert"); !strings.Contains(got, "tree/b.txt") {
		t.Errorf("of what could not be read the page says %q", got)
	}
	if got := eval[string](p, "fetch('/api/files').then((r) => r.json()).then((list) => list.map((f) => f.key).filter((key) => key.includes('lost') || key.includes('tree')).join())"); got != "drops/tree/c.txt" {
		t.Errorf("there are %s", got)
	}
	p.clean()
}

// forbidStorage has the browser refuse the page to store anything, as it does
// when people block site data.
func (p *tab) forbidStorage() {
	p.Helper()
	p.do(chromedp.ActionFunc(func(ctx context.Context) error {
		_, err := page.AddScriptToEvaluateOnNewDocument(`for (const name of ["sessionStorage", "localStorage"]) {
			Object.defineProperty(window, name, { get() { throw new DOMException("Access is denied for this document.", "SecurityError"); } });
		}`).Do(ctx)
		return err
	}))
}

// noStorage: without storage the page asks for a token and uses it until it is
// reloaded.
func noStorage(t *testing.T, w *world) {
	fresh, err := w.server.Token(t.Context(), "keeper")
	if err != nil {
		t.Fatal(err)
	}
	p := w.open(t, "about:blank")
	p.forbidStorage()
	p.tamper("*/api/folders?*", fetch.RequestStageRequest, func(e *fetch.EventRequestPaused) chromedp.Action {
		if e.Request.Headers["Authorization"] == nil {
			return fetch.FulfillRequest(e.RequestID, http.StatusUnauthorized)
		}
		return nil
	})
	p.do(chromedp.Navigate(w.server.URL + "/"))
	p.until("document.getElementById('sign-in')?.open === true")
	if got := p.text("#sign-in-forgets"); !strings.Contains(got, "Allow it to keep site data") {
		t.Errorf("the dialog says %q", got)
	}
	p.do(chromedp.SendKeys("#token", fresh+kb.Enter, chromedp.ByQuery))
	p.until("!document.getElementById('sign-in').open")
	p.choose(file(t, "kept.txt", []byte("x")))
	p.lists("kept.txt")
}

// dialogs: the browser's Back closes what belongs to the view that is left, and
// of two previews the one that was asked for last is shown.
func dialogs(t *testing.T, w *world) {
	p := w.at(t, "#/dialogs/")
	p.store("dialogs/a.bin", "a", "application/octet-stream")
	p.store("dialogs/b.bin", "b", "application/octet-stream")
	eval[bool](p, "(location.hash = '#trash', true)")
	p.until("document.getElementById('heading').textContent === 'Trash'")
	eval[bool](p, "(location.hash = '#/dialogs/', true)")
	p.lists("a.bin", "b.bin")

	release := p.holds("*/api/file?key=dialogs%2Fa.bin*")
	eval[bool](p, `(() => {
		window.answered = [];
		const ask = fetch;
		window.fetch = async (url, ...more) => {
			const answer = await ask(url, ...more);
			setTimeout(() => answered.push(String(url)), 100);
			return answer;
		};
		return true;
	})()`)
	p.press("Show a.bin")
	p.press("Show b.bin")
	p.until("document.getElementById('preview').open")
	release()
	p.until("answered.some((url) => url.includes('a.bin'))")
	if got := p.text("#preview-title"); got != "b.bin" {
		t.Errorf("the preview is of %s", got)
	}

	p.do(chromedp.NavigateBack())
	p.until("document.getElementById('heading').textContent === 'Trash'")
	if eval[bool](p, "document.getElementById('preview').open") {
		t.Error("the preview stays open")
	}
	p.clean()
}

// showMore asks for more rows before, while and after the list is refreshed:
// they come each time.
func showMore(t *testing.T, w *world) {
	p := w.at(t, "#/none/")
	got := eval[string](p, `import("/page/table.js").then(async ({ Table }) => {
		const all = 1000, asked = [], shown = [];
		const load = ({ next, limit, signal }) => new Promise((resolve, reject) => {
			signal.throwIfAborted();
			signal.addEventListener("abort", () => reject(signal.reason));
			const from = Number(next), to = Math.min(all, from + limit);
			asked.push(() => resolve({ entries: Array.from({ length: to - from }, (_, n) => from + n), next: to < all ? String(to) : "" }));
		});
		const row = (n) => {
			const made = document.createElement("tr");
			made.dataset.key = n;
			return made;
		};
		const table = new Table(), more = document.getElementById("more");
		const answer = async () => {
			for (let n = 0; n < 20; n++) {
				asked.shift()?.();
				await new Promise((then) => setTimeout(then));
			}
			shown.push(document.getElementById("rows").childElementCount);
		};
		const refresh = () => void table.refresh().catch(() => {});
		table.show({ columns: [], empty: "", load, row });
		await answer();
		more.click(), refresh();
		await answer();
		refresh(), more.click();
		await answer();
		table.drop("5"), more.click();
		await answer();
		return shown.join();
	})`)
	if want := "100,200,400,798"; got != want { // twice the 400 less one
		t.Errorf("the list has %s rows, not %s", got, want)
	}
}
