package browser

import (
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// keyboard goes the whole way without a mouse.
func keyboard(t *testing.T, w *world) {
	p := w.at(t, "#/keys/")
	p.store("keys/k.txt", "x", "text/plain")
	p.do(chromedp.Reload())
	p.lists("k.txt")
	reached := func(label string) {
		t.Helper()
		for range 30 {
			if eval[bool](p, "(document.activeElement.ariaLabel ?? document.activeElement.labels?.[0]?.textContent ?? document.activeElement.textContent).trim() === %s", label) {
				return
			}
			p.do(chromedp.KeyEvent(kb.Tab))
		}
		t.Fatalf("the Tab key never reaches %q", label)
	}
	for _, label := range []string{"Files", "Trash", "Refused", "Choose files", "Choose a folder", "All files", "keys"} {
		reached(label)
	}
	if !eval[bool](p, "getComputedStyle(document.activeElement).outlineStyle === 'solid'") {
		t.Error("the focus is not to be seen")
	}
	reached("Show k.txt")
	p.do(chromedp.KeyEvent(kb.Enter))
	p.until("document.getElementById('preview').open")
	p.do(chromedp.KeyEvent(kb.Escape))
	p.until("!document.getElementById('preview').open")
	reached("Delete k.txt")
	p.do(chromedp.KeyEvent(kb.Enter))
	p.lists()
	reached("Undo")
	p.do(chromedp.KeyEvent(kb.Enter))
	p.lists("k.txt")
	p.until("document.activeElement.ariaLabel === 'Show k.txt'")
	reached("Delete k.txt")
	p.do(chromedp.KeyEvent(kb.Enter))
	p.lists()
	reached("Dismiss this message")
	p.do(chromedp.KeyEvent(kb.Enter))
	if at := eval[string](p, "document.activeElement.textContent"); at != "keys" { // before the message in the page
		t.Errorf("without the message the focus is on %q", at)
	}
	p.clean()
}

// focusComesBack draws the list anew while a dialog is open that was opened from
// it.
func focusComesBack(t *testing.T, w *world) {
	p := w.at(t, "#/focus/")
	p.store("focus/f.txt", "x", "text/plain")
	p.do(chromedp.Reload())
	p.lists("f.txt")
	for label, dialog := range map[string]string{"Show f.txt": "preview", "Versions of f.txt": "versions"} {
		p.press(label)
		p.until("document.getElementById(%s).open", dialog)
		eval[bool](p, "(document.querySelector('#rows tr').stale = true, dispatchEvent(new Event('online')))")
		p.until("document.querySelector('#rows tr')?.stale !== true && document.getElementById('list').ariaBusy === 'false'")
		p.do(chromedp.KeyEvent(kb.Escape))
		p.until("!document.getElementById(%s).open && document.activeElement.ariaLabel === %s", dialog, label)
	}
	p.clean()
}

// undoneAtOnce takes a deletion back before the lists know of it: a list that
// has yet to learn of both would show the file, lose it, and not be asked again.
func undoneAtOnce(t *testing.T, w *world) {
	p := w.at(t, "#/undone/")
	got := eval[string](p, `import("/page/actions.js").then(async ({ remove }) => {
		const said = [];
		const say = (what, answer) => async () => (said.push(what), answer);
		let known;
		const files = {
			remove: say("remove"), trashed: () => new Promise((then) => (known = then)),
			restore: say("restore", { key: "u.txt" }), arrived: say("arrived"),
		};
		const soon = () => new Promise((then) => setTimeout(then));
		await remove(files, "u.txt", say("refresh"));
		document.getElementById("notice-action").click();
		await soon();
		said.push("known");
		known();
		await soon();
		return said.join();
	})`)
	if want := "remove,known,refresh,restore,arrived,refresh"; got != want {
		t.Errorf("it went %s; want %s", got, want)
	}
	p.clean()
}

func saysThatItIsOffline(t *testing.T, w *world) {
	p := w.at(t, "#/offline/")
	p.offline(true)
	p.until("!document.getElementById('offline').hidden")
	if got := p.text("#offline"); !strings.HasPrefix(got, "You are offline.") {
		t.Errorf("it says %q", got)
	}
	if gap := eval[float64](p, "document.getElementById('drop').getBoundingClientRect().top - document.getElementById('offline').getBoundingClientRect().bottom"); gap < 8 {
		t.Errorf("it ends %v pixels above what follows", gap)
	}
	p.picture(t, "offline")
	p.choose(file(t, "later.txt", []byte("x")))
	p.until("document.querySelector('#uploads .state')?.textContent.includes('Trying again') === true")
	p.offline(false)
	p.until("document.getElementById('offline').hidden")
	p.lists("later.txt")
}

// expiredToken has the server refuse the page's token.
func expiredToken(t *testing.T, w *world) {
	fresh, err := w.server.Token(t.Context(), "keeper")
	if err != nil {
		t.Fatal(err)
	}
	p := w.at(t, "")
	eval[bool](p, "(sessionStorage.setItem('bytepass token', 'e30.e30.e30'), true)")
	p.do(chromedp.Reload()) // which waits until the page that asks for the token is there
	p.until("document.getElementById('sign-in')?.open === true && !document.getElementById('sign-in-again').hidden")
	p.do(chromedp.SendKeys("#token", fresh+kb.Enter, chromedp.ByQuery))
	p.until("!document.getElementById('sign-in').open")
	p.lists() // the keeper's files, not the guest's
	p.choose(file(t, "mine.txt", []byte("x")))
	p.lists("mine.txt")
}
