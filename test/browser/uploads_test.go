package browser

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
)

// refusedUploads uploads something that is not what it was declared to be.
func refusedUploads(t *testing.T, w *world) {
	p := w.at(t, "#rejected")
	if got := p.text("#empty"); got != "No upload was refused." {
		t.Errorf("before any it says %q", got)
	}
	got := eval[string](p, `(async () => {
		const { Bytepass } = await import("/bytepass.js");
		const post = (path, body) => fetch(path, { method: "POST", body: JSON.stringify(body) }).then((r) => r.json());
		const key = "refused.bin";
		const started = await post("/api/uploads", { key, mimeType: "text/plain", size: 5, checksumCRC64NVME: "AAAAAAAAAAA=" });
		await fetch(started.parts[0].url, { method: "PUT", body: "other" });
		const done = await post("/api/uploads/" + started.uploadId + "/complete", { key });
		return new Bytepass().arrived(done, { timeout: 60_000 }).then(() => "it was accepted", (error) => error.code + ": " + error.message);
	})()`)
	if !strings.HasPrefix(got, "rejected: It arrived and was refused: ") {
		t.Errorf("the uploader hears %q", got)
	}
	p.do(chromedp.Reload())
	p.lists("refused.bin")
	if got := p.text("#rows .reason"); !strings.Contains(got, "CRC64NVME") {
		t.Errorf("the reason is %q", got)
	}
	if !eval[bool](p, "document.querySelector('#rows .reason').clientWidth > 0.3 * document.getElementById('rows').clientWidth") {
		t.Error("the reason is narrow beside an empty name")
	}
	p.picture(t, "refused")
	p.do(emulation.SetDeviceMetricsOverride(360, 700, 1, false))
	if !eval[bool](p, "document.querySelector('#rows td').clientWidth > 0.8 * document.getElementById('rows').clientWidth") {
		t.Error("in a narrow window the name is narrow")
	}
	p.clean()
}

// interruptedUpload reloads the console in the middle of an upload.
func interruptedUpload(t *testing.T, w *world) {
	p := w.at(t, "#/again/")
	b := random(t, "film.mp4", large, 90)
	eval[bool](p, `(() => { // the last parts never get through
		const send = XMLHttpRequest.prototype.send;
		let sent = 0;
		XMLHttpRequest.prototype.send = function (body) { if (++sent <= 2) send.call(this, body); };
		return true;
	})()`)
	p.choose(b.path)
	p.until("document.querySelector('#uploads progress')?.value >= 0.79")
	p.do(chromedp.Reload())
	p.until("!document.getElementById('interrupted').hidden")
	other := random(t, "film2.mp4", 1000, 91)
	p.do(chromedp.SetUploadFiles("#choose-again", []string{other.path}, chromedp.ByQuery))
	p.press("Choose film.mp4 again to go on")
	p.do(chromedp.SetUploadFiles("#choose-again", []string{other.path}, chromedp.ByQuery))
	p.until("document.getElementById('alert').textContent.includes('another file')")
	p.do(chromedp.SetUploadFiles("#choose-again", []string{b.path}, chromedp.ByQuery))
	p.lists("film.mp4")
	if got := w.target().sum(t, "again/film.mp4"); got != b.sum {
		t.Errorf("it has arrived as %s", got)
	}
	p.until("document.getElementById('interrupted').hidden")
}

// takenUpAgain goes on with an interrupted upload that is chosen as any other
// file: from then on it is the queue's alone, and what another key's upload
// left stays on offer. It is so again when the queue gives a key up.
func takenUpAgain(t *testing.T, w *world) {
	const key = "taken up/film.mp4"
	p := w.at(t, "#/taken%20up/")
	b := random(t, "film.mp4", large, 95)
	release := p.holds(lastPart)
	p.choose(b.path)
	p.until("document.querySelector('#uploads progress')?.value >= 0.79")
	p.interrupt("", "", "taken up/there.bin")
	p.do(chromedp.Reload())
	offers := func(names string) {
		t.Helper()
		p.until("[...document.querySelectorAll('#interrupted:not([hidden]) .name > bdi')].filter((name) => name.checkVisibility()).map((name) => name.textContent).sort().join() === %s", names)
	}
	offers(key + ",taken up/there.bin")
	p.choose(b.path)
	offers("taken up/there.bin")
	p.until("document.querySelector('#uploads progress')?.value >= 0.79")
	p.press("Discard the upload of film.mp4") // it was clicked just before
	p.until("document.getElementById('alert').textContent.startsWith('This page has taken up the upload of film.mp4 again.')")
	if n := w.target().unfinished(t, key); n != 1 {
		t.Errorf("%d uploads are unfinished while the page is busy with one", n)
	}
	p.press("Pause the upload of film.mp4")
	offers("taken up/there.bin")

	p.offline(true)
	p.choose(file(t, "there.bin", []byte("another file")))
	p.until("document.getElementById('interrupted').hidden")
	p.press("Cancel the upload of there.bin")
	p.offline(false)
	offers("taken up/there.bin")

	release()
	p.press("Resume the upload of film.mp4")
	p.lists("film.mp4")
	if got := w.target().sum(t, key); got != b.sum {
		t.Errorf("it has arrived as %s", got)
	}
	p.until("document.getElementById('interrupted-list').childElementCount === 1") // its line has gone, not only out of sight
	offers("taken up/there.bin")
	p.press("Discard the upload of taken up/there.bin")
	p.until("document.getElementById('interrupted').hidden")
}

// interrupt has this browser remember an upload of somebody's, or of nobody's,
// as it does after a reload: it is begun, and nothing of it has arrived. It
// returns the upload's id.
func (p *tab) interrupt(owner, token, key string) (uploadID string) {
	p.Helper()
	return eval[string](p, `(async (owner, token, key) => {
		const { Hints } = await import("/client/hints.js");
		const headers = token ? { Authorization: "Bearer " + token } : {};
		const begun = await fetch("/api/uploads", { method: "POST", headers, body: JSON.stringify({ key, mimeType: "application/octet-stream", size: 30_000_000 }) });
		const { uploadId } = await begun.json();
		new Hints("", localStorage, () => owner).set({ key, uploadId, name: key, size: 30_000_000, lastModified: 1, ends: "" });
		return uploadId;
	})(%s, %s, %s)`, owner, token, key)
}

// goneUploads: of what was interrupted a page forgets what somebody or the
// store has removed, and what no server knows, but nothing while nobody answers.
func goneUploads(t *testing.T, w *world) {
	p := w.at(t, "")
	p.interrupt("", "", "there.bin")
	p.do(chromedp.Reload())
	p.until("!document.getElementById('interrupted').hidden") // by itself the page asks once
	id := p.interrupt("", "", "gone.bin")
	eval[bool](p, `import("/client/hints.js").then(({ Hints }) => (new Hints("", localStorage).set({ key: "old.bin", uploadId: "x", name: "old.bin", size: 1, lastModified: 1, ends: "" }), true))`)
	if status := w.target().api(t, http.MethodDelete, "/api/uploads/"+url.PathEscape(id)+"?key=gone.bin", nil); status >= 300 {
		t.Fatalf("the upload's removal answers %d", status)
	}
	remembered := `import("/bytepass.js").then(({ Bytepass }) => new Bytepass().interrupted()).then((list) => list.map(({ key }) => key).sort().join())`
	p.offline(true)
	if got := eval[string](p, remembered); got != "gone.bin,old.bin,there.bin" {
		t.Errorf("while the server does not answer, the browser remembers %s", got)
	}
	p.offline(false)
	p.until(remembered + ".then((list) => list === 'there.bin')") // at the first answer that comes in time
	p.do(chromedp.Reload())
	p.until("document.getElementById('interrupted')?.hidden === false")
	if got := eval[string](p, "[...document.querySelectorAll('#interrupted-list .name > bdi')].map((name) => name.textContent).join()"); got != "there.bin" {
		t.Errorf("the page lists %s", got)
	}
	p.press("Discard the upload of there.bin")
	p.until("document.getElementById('interrupted').hidden")
	if got := eval[string](p, remembered); got != "" {
		t.Errorf("in the end the browser remembers %s", got)
	}
}

// adoptedUpload goes on in the console with what was begun elsewhere, cancels
// it, and removes what has arrived, too.
func adoptedUpload(t *testing.T, w *world) {
	const key = "adopted/film.bin"
	b := random(t, "film.bin", large, 93)
	first := newClient(t, w.Browser, w.target(), "{ parallel: 1 }")
	first.start(key, b, "{ at(sent) { if (sent > 12582912 && !log.paused) { log.paused = true; upload.pause(); } } }")
	first.until("upload.state === 'paused'")

	p := w.another(t, w.server.URL+"/#/adopted/")
	release := p.holds(lastPart)
	defer release()
	p.choose(b.path)
	p.until("document.querySelector('#uploads progress')?.value >= 0.4 && document.querySelector('#uploads .state').textContent.includes(' of ')")
	p.press("Cancel the upload of film.bin")
	p.until("document.getElementById('notice-text').textContent.includes('left to the browser that began it')")
	if n := w.target().unfinished(t, key); n != 1 {
		t.Errorf("%d uploads are unfinished", n)
	}
	p.do(chromedp.Click("#notice-action", chromedp.ByQuery))
	p.until("document.getElementById('notice-text').textContent.startsWith('Removed what had arrived')")
	if n := w.target().unfinished(t, key); n != 0 {
		t.Errorf("%d uploads are unfinished after their removal", n)
	}
	eval[bool](first.tab, "(upload.resume(), true)")
	first.arrives(t, key, b)
}

// manyUploads has more than travel at once, pauses before any of them is done,
// goes on and cancels. The first travels in one request, and is told as the
// others are.
func manyUploads(t *testing.T, w *world, l *Line) {
	l.make(t, "bandwidth", "upstream", map[string]int{"rate": 1_000}) // KB/s of each connection
	defer l.heal(t)
	p := w.at(t, "#/many/")
	var paths []string
	for i := range 8 {
		size := 20 * mib
		if i == 0 {
			size = 16 * mib
		}
		paths = append(paths, random(t, string(rune('a'+i))+".bin", size, byte(100+i)).path)
	}
	eval[bool](p, `(() => {
		window.told = [];
		new MutationObserver(() => told.push(document.querySelector("#uploads .state")?.textContent ?? "")).observe(document.getElementById("uploads"), { subtree: true, childList: true });
		return true;
	})()`)
	p.choose(paths...)
	p.until("document.querySelectorAll('#uploads li').length === 8")
	p.until("told.some((text) => /^[\\d.]+ MB of 16.8 MB · .+\\/s · .+ left$/.test(text))")
	p.press("Pause all")
	p.until("[...document.querySelectorAll('#uploads .state')].filter((s) => s.textContent.startsWith('Paused')).length >= 5")
	l.heal(t)
	if got := p.text("#panel-summary"); !strings.Contains(got, "files · ") {
		t.Errorf("the uploads amount to %q", got)
	}
	p.press("Cancel the upload of h.bin")
	p.press("Resume the upload of g.bin")
	p.until("[...document.querySelectorAll('#rows td:first-child')].some((cell) => cell.textContent === 'g.bin')")
	p.press("Resume all")
	p.lists("a.bin", "b.bin", "c.bin", "d.bin", "e.bin", "f.bin", "g.bin")
	p.until("document.getElementById('panel').hidden")
	p.clean()
}
