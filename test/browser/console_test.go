package browser

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/chromedp"
)

func TestConsole(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "--max-size", "2MB")
	t.Run("life of a file", func(t *testing.T) { lifeOfAFile(t, w, w.server.URL) })
	t.Run("life of a file at localhost", func(t *testing.T) {
		lifeOfAFile(t, w, strings.Replace(w.server.URL, "127.0.0.1", "localhost", 1))
	})
	t.Run("names are text", func(t *testing.T) { namesAreText(t, w) })
	t.Run("names do not lie", func(t *testing.T) { namesDoNotLie(t, w) })
	t.Run("sentences", func(t *testing.T) { sentences(t, w) })
	t.Run("refusals are shown", func(t *testing.T) { refusalsAreShown(t, w) })
	t.Run("drop", func(t *testing.T) { dropFiles(t, w) })
	t.Run("more than a page", func(t *testing.T) { moreThanAPage(t, w) })
	t.Run("everything has a name", func(t *testing.T) { everythingHasAName(t, w) })
}

func lifeOfAFile(t *testing.T, w *world, origin string) {
	const name = "größe #1 + ?x=%20 💾.bin"
	content := bytes.Repeat([]byte("0123456789"), 100_000)
	p := w.open(t, origin+"/")
	p.until("!document.getElementById('empty').hidden")

	p.choose(file(t, name, content))
	p.lists(name)
	if got := p.text("#rows tr"); !strings.Contains(got, "1 MB") {
		t.Errorf("the row says %q", got)
	}
	p.until("document.getElementById('uploads').childElementCount === 0")
	if got := eval[string](p, "document.getElementById('status').textContent"); got != "Uploaded "+name {
		t.Errorf("a screen reader hears %q", got)
	}

	url := eval[string](p, "fetch('/api/file?key=' + encodeURIComponent(%s)).then((r) => r.json()).then((f) => f.url)", name)
	res, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	if got, err := io.ReadAll(res.Body); err != nil || !bytes.Equal(got, content) {
		t.Errorf("the download has %d bytes, %v", len(got), err)
	}

	p.press("Delete " + name)
	p.lists()
	p.until("!document.getElementById('empty').hidden")
	p.press("Undo")
	p.lists(name)
	p.press("Delete " + name)
	p.lists()
	p.clean()
}

func namesAreText(t *testing.T, w *world) {
	const name = "<img src=x onerror=alert(1)>.txt"
	p := w.open(t, w.server.URL+"/")
	p.choose(file(t, name, []byte("x")))
	p.lists(name)
	if n := eval[int](p, "document.querySelectorAll('main :is(img, iframe, object, embed)').length"); n != 0 {
		t.Errorf("a name became %d elements", n)
	}
	p.press("Delete " + name)
	p.lists()
	p.clean()
}

func refusalsAreShown(t *testing.T, w *world) {
	p := w.open(t, w.server.URL+"/")
	p.choose(file(t, "large.bin", make([]byte, 3_000_000)))
	p.until("!!document.querySelector('#uploads .failed')")
	if got := p.text("#uploads .state"); got != "The size is 3 MB; at most 2 MB are allowed." {
		t.Errorf("the upload says %q", got)
	}
	if !eval[bool](p, "document.querySelector('#uploads [aria-label^=Retry]').hidden") {
		t.Error("it can be tried again, which does not help")
	}
	if got := p.text("#panel-summary"); !strings.HasSuffix(got, " · 1 failed") {
		t.Errorf("with a failed one the uploads amount to %q", got)
	}
	p.press("Dismiss the failed upload of large.bin")
	p.until("document.getElementById('uploads').childElementCount === 0")

	if err := w.server.Stop(); err != nil {
		t.Fatal(err)
	}
	p.choose(file(t, "offline.txt", []byte("x")))
	p.until("document.querySelector('#uploads .state')?.textContent.includes('does not answer') === true")
	if err := w.server.Restart(); err != nil {
		t.Fatal(err)
	}
	p.until("document.querySelector('#uploads .state')?.textContent.includes('does not answer') !== true")
	p.lists("offline.txt") // by itself
	p.press("Delete offline.txt")
	p.lists()
}

func dropFiles(t *testing.T, w *world) {
	p := w.open(t, w.server.URL+"/")
	p.until("document.getElementById('loading').hidden")
	eval[bool](p, `(() => {
		const dataTransfer = new DataTransfer();
		for (const name of ["one.txt", "two.txt"]) dataTransfer.items.add(new File(["dropped"], name, { type: "text/plain" }));
		document.body.dispatchEvent(new DragEvent("drop", { dataTransfer, bubbles: true, cancelable: true }));
		return true;
	})()`)
	p.lists("one.txt", "two.txt")
	p.press("Delete one.txt")
	p.lists("two.txt")
	p.press("Delete two.txt")
	p.lists()
	p.clean()
}

func moreThanAPage(t *testing.T, w *world) {
	p := w.open(t, w.server.URL+"/")
	eval[bool](p, `import("/bytepass.js").then(async ({ Bytepass }) => {
		const files = new Bytepass(), stored = [];
		for (let n = 0; n < 120; n++) stored.push(await files.upload("many/" + String(n).padStart(3, "0"), new Blob(["x"])));
		await Promise.all(stored.map((each) => files.arrived(each, { timeout: 60_000 })));
		return true;
	})`)
	eval[bool](p, "(() => { location.hash = '#/many/'; return true; })()")
	p.until("document.querySelectorAll('#rows tr').length === 100")
	p.press("Show more")
	p.until("document.querySelectorAll('#rows tr').length === 120")
	p.until("document.getElementById('more').hidden")
	p.choose(file(t, "last.txt", []byte("x")))
	p.until("document.querySelectorAll('#rows tr').length === 121") // none of what was shown is gone
	p.press("Delete last.txt")
	eval[bool](p, `import("/bytepass.js").then(async ({ Bytepass }) => {
		const files = new Bytepass();
		for (let n = 0; n < 120; n++) await files.remove("many/" + String(n).padStart(3, "0"));
		return true;
	})`)
	p.clean()
}

// everythingHasAName reads the page as a screen reader does.
func everythingHasAName(t *testing.T, w *world) {
	const name = "named.txt"
	p := w.open(t, w.server.URL+"/")
	p.choose(file(t, name, []byte("x")))
	p.lists(name)
	type value struct {
		Value string `json:"value"`
	}
	var tree struct { // only what is needed: the protocol's package is older than the browser
		Nodes []struct {
			Ignored bool  `json:"ignored"`
			Role    value `json:"role"`
			Name    value `json:"name"`
		} `json:"nodes"`
	}
	p.do(chromedp.ActionFunc(func(ctx context.Context) error {
		return cdp.Execute(ctx, "Accessibility.getFullAXTree", nil, &tree)
	}))
	controls := 0
	for _, n := range tree.Nodes {
		if n.Ignored || !slices.Contains([]string{"button", "link", "textbox", "progressbar"}, n.Role.Value) {
			continue
		}
		controls++
		if n.Name.Value == "" {
			t.Errorf("a %s has no name", n.Role.Value)
		}
	}
	if controls < 3 {
		t.Errorf("a screen reader finds %d controls", controls)
	}
	p.press("Delete " + name)
	p.lists()
	p.clean()
}
