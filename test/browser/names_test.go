package browser

import "testing"

// namesDoNotLie has a file whose name turns around what follows, so that it
// would be drawn as a picture's, and one that is written from right to left.
func namesDoNotLie(t *testing.T, w *world) {
	const lie, shown, hebrew = "\u202egnp.exe", "⟨U+202E⟩gnp.exe", "עברית.txt"
	p := w.at(t, "#/lies/")
	p.choose(file(t, lie, []byte("x")), file(t, hebrew, []byte("x")))
	p.lists(hebrew, shown)
	if got := eval[string](p, "[...document.querySelectorAll('#rows .entry bdi')].map((b) => getComputedStyle(b)).map((s) => s.unicodeBidi + ' ' + s.direction).join()"); got != "isolate rtl,isolate ltr" {
		t.Errorf("the names are drawn as %s", got)
	}
	p.picture(t, "names")
	p.press("Show " + shown)
	p.until("document.getElementById('preview').open")
	if got := p.text("#preview-title") + ", " + eval[string](p, "[...document.querySelectorAll('#preview-facts dd')].map((dd) => dd.textContent).find((text) => text.includes('/gnp') || text.includes('⟩'))"); got != shown+", lies/"+shown {
		t.Errorf("the preview says %q", got)
	}
	eval[bool](p, "(document.getElementById('preview').close(), true)")
	p.press("Versions of " + shown)
	p.until("document.getElementById('versions').open")
	if got := p.text("#versions-title"); got != "Versions of "+shown {
		t.Errorf("the versions are titled %q", got)
	}
	eval[bool](p, "(document.getElementById('versions').close(), true)")
	// News of an upload may follow at any moment, and take the place of what was said.
	eval[bool](p, `(() => {
		window.heard = [];
		const status = document.getElementById("status");
		new MutationObserver(() => heard.push(status.textContent)).observe(status, { childList: true });
		return true;
	})()`)
	p.press("Delete " + shown)
	p.lists(hebrew)
	p.until("heard.some((text) => text.includes(%s))", "Deleted "+shown)
	p.press("Delete " + hebrew)
	p.lists()
	eval[bool](p, "(location.hash = '#trash', true)")
	p.until("[...document.querySelectorAll('#rows td:first-child')].some((cell) => cell.textContent === %s)", "lies/"+shown)
	if eval[bool](p, `[document.body.innerText, document.title, ...[...document.querySelectorAll("[aria-label]")].map((e) => e.ariaLabel)].some((text) => /[\u202A-\u202E]/.test(text))`) {
		t.Error("what turns names around is on the page")
	}

	for name, want := range map[string]string{
		"plain größe 日本.txt":            "plain größe 日本.txt",
		"\u2066a\u2069\u200f\u061c.txt": "⟨U+2066⟩a⟨U+2069⟩⟨U+200F⟩⟨U+061C⟩.txt",
		"a\u200b\u200d\ufeffb\u00ad\n":  "a⟨U+200B⟩⟨U+200D⟩⟨U+FEFF⟩b⟨U+00AD⟩⟨U+000A⟩",
		"می\u200cخواهم.txt":             "می\u200cخواهم.txt",         // Persian
		"می\u200c\u200cخواهم.txt":       "می\u200c⟨U+200C⟩خواهم.txt", // nobody spells so
		"ක\u0dca\u200dෂ.txt":            "ක\u0dca\u200dෂ.txt",        // Sinhala
		"👩🏽\u200d💻 🏴\u200d☠\ufe0f 1\ufe0f\u20e3 \U0001f3f4\U000e0067\U000e0062\U000e007f": "👩🏽\u200d💻 🏴\u200d☠\ufe0f 1\ufe0f\u20e3 \U0001f3f4\U000e0067\U000e0062\U000e007f",
	} {
		if got := eval[string](p, `import("/page/names.js").then(({ visible }) => visible(%s))`, name); got != want {
			t.Errorf("%q is shown as %q, want %q", name, got, want)
		}
	}
	p.clean()
}

// sentences is what the page makes of the API's messages.
func sentences(t *testing.T, w *world) {
	p := w.at(t, "")
	for message, want := range map[string]string{
		"the size is 200000000 bytes; at most 150000000 are allowed":                 "The size is 200 MB; at most 150 MB are allowed.",
		"the size is 150000001 bytes; at most 150000000 are allowed":                 "The size is 150,000,001 B; at most 150,000,000 B are allowed.",
		"It arrived and was refused: 10485760 bytes arrived, 26214400 were declared": "It arrived and was refused: 10.5 MB arrived, 26.2 MB were declared.",
		"the media type text/html is not allowed here; allowed: image/png, image/*":  "The media type text/html is not allowed here; allowed: image/png, image/*.",
		"The server does not answer. Check the connection and try again.":            "The server does not answer. Check the connection and try again.",
		"there is a file \"2026 bytes\u202e\" already, and overwrite is false":       "There is a file \"2026 bytes⟨U+202E⟩\" already, and overwrite is false.",
	} {
		if got := eval[string](p, `import("/page/format.js").then(({ sentence }) => sentence(%s))`, message); got != want {
			t.Errorf("%q becomes %q, want %q", message, got, want)
		}
	}
}
