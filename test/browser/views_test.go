package browser

import (
	"bytes"
	"image"
	"image/color"
	"image/png"
	"net/http"
	"testing"

	"github.com/chromedp/cdproto/browser"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

func TestViews(t *testing.T) {
	t.Parallel()
	w, l := newBadLine(t)
	t.Run("folders", func(t *testing.T) { folders(t, w) })
	t.Run("trash", func(t *testing.T) { trash(t, w) })
	t.Run("versions", func(t *testing.T) { versions(t, w) })
	t.Run("preview", func(t *testing.T) { preview(t, w) })
	t.Run("copy a link", func(t *testing.T) { copyALink(t, w) })
	t.Run("refused uploads", func(t *testing.T) { refusedUploads(t, w) })
	t.Run("an interrupted upload", func(t *testing.T) { interruptedUpload(t, w) })
	t.Run("taken up again", func(t *testing.T) { takenUpAgain(t, w) })
	t.Run("uploads that are gone", func(t *testing.T) { goneUploads(t, w) })
	t.Run("an adopted upload", func(t *testing.T) { adoptedUpload(t, w) })
	t.Run("many uploads", func(t *testing.T) { manyUploads(t, w, l) })
	t.Run("stored but not listed", func(t *testing.T) { storedButNotListed(t, w) })
	t.Run("all at once", func(t *testing.T) { allAtOnce(t, w) })
	t.Run("thousands of uploads", func(t *testing.T) { thousands(t, w) })
	t.Run("failed among many", func(t *testing.T) { failedAmongMany(t, w) })
	t.Run("retry failed", func(t *testing.T) { retryFailed(t, w) })
	t.Run("no locks", func(t *testing.T) { noLocks(t, w.Browser, w.target()) })
	t.Run("nothing is left", func(t *testing.T) { nothingIsLeft(t, w.Browser, w.target()) })
	t.Run("the last word", func(t *testing.T) { lastWord(t, w.Browser, w.target()) })
	t.Run("keyboard", func(t *testing.T) { keyboard(t, w) })
	t.Run("offline", func(t *testing.T) { saysThatItIsOffline(t, w) })
	t.Run("an expired token", func(t *testing.T) { expiredToken(t, w) })
}

// at opens the console at one of its views.
func (w *world) at(t *testing.T, hash string) *tab {
	t.Helper()
	p := w.open(t, w.server.URL+"/"+hash)
	p.until("document.getElementById('list').ariaBusy === 'false'")
	return p
}

// store puts a file into the store and waits until it is listed.
func (p *tab) store(key, content, mimeType string) {
	p.Helper()
	eval[bool](p, `import("/bytepass.js").then(async ({ Bytepass }) => {
		const files = new Bytepass();
		await files.arrived(await files.upload(%s, new Blob([%s], { type: %s })), { timeout: 60_000 });
		return true;
	})`, key, content, mimeType)
}

// hears waits until a screen reader was told.
func (p *tab) hears(text string) {
	p.Helper()
	p.until("document.getElementById('status').textContent.includes(%s)", text)
}

func folders(t *testing.T, w *world) {
	p := w.at(t, "")
	p.store("a/b c/d#e.txt", "x", "text/plain")
	p.store("a/f.txt", "x", "text/plain")
	p.do(chromedp.Reload())
	p.lists("a")
	p.do(chromedp.Click("#rows a", chromedp.ByQuery))
	p.lists("b c", "f.txt")
	p.do(chromedp.Click("#rows a", chromedp.ByQuery))
	p.lists("d#e.txt")
	if got := eval[string](p, "[...document.querySelectorAll('#steps a')].map((a) => a.textContent).join()"); got != "All files,a,b c" {
		t.Errorf("the way up is %s", got)
	}
	p.choose(file(t, "here.txt", []byte("x")))
	p.lists("d#e.txt", "here.txt")

	// A folder that is dropped keeps its shape.
	eval[bool](p, `(() => {
		const leaf = (name) => ({ name, isFile: true, file: (done) => done(new File(["x"], name, { type: "text/plain" })) });
		const folder = (name, ...batches) => ({ name, createReader: () => ({ readEntries: (done) => done(batches.shift() ?? []) }) });
		const items = [folder("tree", [leaf("one.txt")], [folder("deep", [leaf("two.txt")])])].map((entry) => ({ webkitGetAsEntry: () => entry }));
		const event = new Event("drop", { bubbles: true, cancelable: true });
		event.dataTransfer = { items, files: [] };
		document.body.dispatchEvent(event);
		return true;
	})()`)
	p.until("document.getElementById('panel').hidden")
	p.lists("d#e.txt", "here.txt", "tree")
	if got := p.text("#rows td"); got != "tree" {
		t.Errorf("%q comes first in the list, not the folder", got)
	}
	if got := eval[string](p, "fetch('/api/files?prefix=a/b%%20c/tree/').then((r) => r.json()).then((l) => l.map((f) => f.key).join())"); got != "a/b c/tree/deep/two.txt,a/b c/tree/one.txt" {
		t.Errorf("the folder has arrived as %s", got)
	}
	p.do(chromedp.NavigateBack())
	p.lists("b c", "f.txt")
	p.clean()
}

func trash(t *testing.T, w *world) {
	p := w.at(t, "#/trashed/")
	p.store("trashed/thing.txt", "x", "text/plain")
	p.do(chromedp.Reload())
	p.lists("thing.txt")
	p.press("Delete thing.txt")
	p.lists()
	p.until("!document.getElementById('notice').hidden")
	eval[bool](p, "(location.hash = '#trash', true)")
	p.until("document.getElementById('notice').hidden") // its Undo would not be seen here
	p.lists("trashed/thing.txt")
	p.press("Restore thing.txt")
	p.hears("Restored thing.txt")
	p.lists()
	eval[bool](p, "(location.hash = '#/trashed/', true)")
	p.lists("thing.txt")
	p.clean()
}

func versions(t *testing.T, w *world) {
	p := w.at(t, "#/versioned/")
	p.store("versioned/v.txt", "first", "text/plain")
	p.store("versioned/v.txt", "the second", "text/plain")
	p.do(chromedp.Reload())
	p.lists("v.txt")
	p.press("Versions of v.txt")
	p.until("document.getElementById('versions').open")
	if got := eval[string](p, "[...document.querySelectorAll('#versions-list li')].map((li) => li.textContent.replace(/.* · /, '')).join('|')"); got != "10 BcurrentDownload|5 BDownloadRestore" {
		t.Errorf("the versions are %s", got)
	}
	if !eval[bool](p, `[...document.querySelectorAll("#versions-list :is(time, button)")].every((e) => /\d:\d\d:\d\d/.test(e.ariaLabel ?? e.textContent))`) {
		t.Error("versions of the same minute are not told apart")
	}
	eval[bool](p, "([...document.querySelectorAll('#versions-list button')].find((b) => b.textContent === 'Restore').click(), true)")
	p.hears("Restored v.txt")
	p.until("document.querySelector('#rows td.number').textContent === '5 B'")
	p.clean()
}

func preview(t *testing.T, w *world) {
	p := w.at(t, "#/shown/")
	p.do(browser.SetDownloadBehavior(browser.SetDownloadBehaviorBehaviorDeny))
	picture := image.NewNRGBA(image.Rect(0, 0, 40, 30))
	for i := range 40 {
		picture.Set(i, i*3/4, color.NRGBA{200, 60, 60, 255})
	}
	var encoded bytes.Buffer
	if err := png.Encode(&encoded, picture); err != nil {
		t.Fatal(err)
	}
	p.choose(file(t, "picture.png", encoded.Bytes()), file(t, "notes.txt", []byte("<b>bold</b> text")), file(t, "data.bin", []byte{0, 1}))
	p.lists("data.bin", "notes.txt", "picture.png")
	for name, shows := range map[string]string{
		"picture.png": "document.querySelector('#preview-body img')?.naturalWidth === 40",
		"notes.txt":   "document.querySelector('#preview-body pre')?.textContent === '<b>bold</b> text'",
		"data.bin":    "document.getElementById('preview-body').textContent.includes('no preview')",
	} {
		p.press("Show " + name)
		p.until("document.getElementById('preview').open")
		p.until(shows)
		p.do(chromedp.KeyEvent(kb.Escape))
		p.until("!document.getElementById('preview').open")
		p.until("document.activeElement.ariaLabel === %s", "Show "+name)
	}
	p.clean()
}

func copyALink(t *testing.T, w *world) {
	p := w.at(t, "#/linked/")
	p.store("linked/l.txt", "linked", "text/plain")
	p.do(chromedp.Reload())
	p.lists("l.txt")
	// A page without the user's leave has no clipboard: then the link is shown.
	eval[bool](p, "(navigator.clipboard.writeText = () => Promise.reject(new Error('denied')), true)")
	p.press("Copy a link to l.txt")
	p.until("document.getElementById('link').open")
	link := eval[string](p, "document.getElementById('link-text').value")
	res, err := http.Get(link)
	if err != nil {
		t.Fatal(err)
	}
	res.Body.Close()
	if res.StatusCode != http.StatusOK {
		t.Errorf("the link answers %s", res.Status)
	}
	p.do(chromedp.KeyEvent(kb.Escape))
	eval[bool](p, "(navigator.clipboard.writeText = (text) => ((window.copied = text), Promise.resolve()), true)")
	p.press("Copy a link to l.txt")
	p.until("!!window.copied")
	p.hears("Copied a link to l.txt")
	p.clean()
}
