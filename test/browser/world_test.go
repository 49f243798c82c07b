package browser

import (
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/chromedp/chromedp"

	"github.com/bytepass/bytepass/test/serve"
)

// foreign is a name that the browser, and nobody else, resolves to this machine.
const foreign = "evil.example"

// world is a running server and a running browser.
type world struct {
	*Browser
	server *serve.Server
}

func newWorld(t *testing.T, flags ...string) *world {
	t.Helper()
	server := serve.Run(t, flags...)
	return &world{Start(t, resolve("MAP "+foreign+" 127.0.0.1")), server}
}

// resolve has the browser find hosts by these rules.
func resolve(rules string) chromedp.ExecAllocatorOption {
	return chromedp.Flag("host-resolver-rules", rules)
}

// target is the server as its guest on this machine uses it.
func (w *world) target() Target {
	return Target{Page: w.server.URL, API: w.server.URL, Client: http.DefaultClient}
}

// lists waits until exactly these names are in the list, in whatever order.
func (p *tab) lists(names ...string) {
	p.Helper()
	names = append([]string{}, names...) // none is an empty list, not null
	slices.Sort(names)
	p.until("JSON.stringify([...document.querySelectorAll('#rows td:first-child')].map((cell) => cell.textContent).sort()) === JSON.stringify(%s.sort())", names)
}

// choose puts files into the page's file input.
func (p *tab) choose(paths ...string) {
	p.Helper()
	p.do(chromedp.SetUploadFiles("#choose", paths, chromedp.ByQuery))
}

// press clicks the button with this accessible name once it is there. It gets
// the focus.
func (p *tab) press(label string) {
	p.Helper()
	p.until("(() => { const b = [...document.querySelectorAll('button')].find((b) => (b.ariaLabel ?? b.textContent) === %s); b?.focus(); b?.click(); return !!b; })()", label)
}

// file writes a file to upload and returns its path.
func file(t *testing.T, name string, content []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, content, 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}
