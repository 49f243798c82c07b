package browser

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/browser"
)

func TestStrangers(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	t.Run("a stored page never runs", func(t *testing.T) { storedPages(t, w) })
	t.Run("a foreign page gets nothing", func(t *testing.T) { foreignPage(t, w) })
	t.Run("a rebound name gets nothing", func(t *testing.T) { reboundName(t, w) })
}

// storedPages uploads pages with scripts and tries to make the browser run
// them: by their download URLs, in frames and as scripts, and at the console's
// own origin.
func storedPages(t *testing.T, w *world) {
	const script = "document.title = 'pwned'; window.pwned = true; fetch('/api/files')"
	pages := map[string]struct{ mimeType, content string }{
		"evil.html": {"text/html", "<!doctype html><title>page</title><script>" + script + "</script>"},
		"evil.svg":  {"image/svg+xml", `<svg xmlns="http://www.w3.org/2000/svg"><script>` + script + `</script></svg>`},
		"evil.js":   {"text/javascript", script},
	}
	p := w.open(t, w.server.URL+"/")
	p.do(browser.SetDownloadBehavior(browser.SetDownloadBehaviorBehaviorDeny))
	for name, page := range pages {
		link := eval[string](p, `import("/bytepass.js").then(async ({ Bytepass }) => {
			const files = new Bytepass();
			const stored = await files.upload(%s, new Blob([%s], { type: %s }));
			return (await files.arrived(stored, { timeout: 60_000 })).url;
		})`, name, page.content, page.mimeType)
		if at, err := url.Parse(link); err != nil || "http://"+at.Host == w.server.URL {
			t.Errorf("%s is served from the console's origin: %v", name, err)
		}

		// Following the link downloads it: the tab stays where it was.
		follow := w.open(t, w.server.URL+"/")
		eval[bool](follow, "(() => { location.href = %s; return true; })()", link)
		eval[bool](follow, "new Promise((done) => setTimeout(() => done(true), 500))")
		follow.ran(t, name+" by its link", false)
		if at := eval[string](follow, "location.origin"); at != w.server.URL {
			t.Errorf("%s: the tab is at %s", name, at)
		}

		// Frames and scripts of the store's origin are not in the policy.
		embed := w.open(t, w.server.URL+"/")
		eval[bool](embed, `new Promise((done) => {
			const frame = document.createElement("iframe");
			const script = document.createElement("script");
			frame.src = script.src = %s;
			document.body.append(frame, script);
			setTimeout(() => done(true), 500);
		})`, link)
		embed.ran(t, name+" embedded", false)

		// At the console's own origin there is no such file.
		res, err := http.Get(w.server.URL + "/" + name)
		if err != nil {
			t.Fatal(err)
		}
		res.Body.Close()
		if res.StatusCode != http.StatusNotFound {
			t.Errorf("/%s at the console's origin answers %s", name, res.Status)
		}
	}
}

// ran checks whether a stored script has run in the tab.
func (p *tab) ran(t *testing.T, what string, want bool) {
	t.Helper()
	if got := eval[bool](p, "!!window.pwned || document.title === 'pwned'"); got != want {
		t.Errorf("%s: the script ran: %v", what, got)
	}
}

// foreignPage opens a page of somebody else and has it do what pages can.
func foreignPage(t *testing.T, w *world) {
	site := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		fmt.Fprint(w, "<!doctype html><title>foreign</title>")
	}))
	defer site.Close()
	page := w.open(t, strings.Replace(site.URL, "127.0.0.1", foreign, 1)+"/")

	read := eval[string](page, "fetch(%s + '/api/files').then((r) => r.text(), (error) => error.name)", w.server.URL)
	if read != "TypeError" {
		t.Errorf("a foreign page reads the list: %s", read)
	}
	// A form's type needs no preflight, so the request arrives; it must not count.
	eval[bool](page, "fetch(%s + '/api/presign', { method: 'POST', mode: 'no-cors', headers: { 'Content-Type': 'text/plain' }, body: JSON.stringify({ key: 'foreign.txt', mimeType: 'text/plain', size: 1 }) }).then(() => true)", w.server.URL)
	for method, path := range map[string]string{"GET": "/api/files", "POST": "/api/presign"} {
		r, err := http.NewRequestWithContext(t.Context(), method, w.server.URL+path, strings.NewReader(`{"key":"foreign.txt","mimeType":"text/plain","size":1}`))
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Origin", "http://"+foreign)
		res, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		res.Body.Close()
		if res.StatusCode != http.StatusForbidden {
			t.Errorf("%s %s with a foreign Origin answers %s", method, path, res.Status)
		}
	}
	// Nor does the store take its PUT, should it have got hold of a URL.
	own := w.open(t, w.server.URL+"/")
	signed := eval[string](own, "fetch('/api/presign', { method: 'POST', body: JSON.stringify({ key: 'foreign.txt', mimeType: 'text/plain', size: 1 }) }).then((r) => r.json()).then((s) => s.url)")
	put := eval[string](page, "fetch(%s, { method: 'PUT', headers: { 'Content-Type': 'text/plain' }, body: 'x' }).then((r) => String(r.status), (error) => error.name)", signed)
	if put != "TypeError" {
		t.Errorf("a foreign page's PUT: %s", put)
	}
	if got := eval[string](own, "fetch('/api/files?prefix=foreign').then((r) => r.text())"); strings.TrimSpace(got) != "[]" {
		t.Errorf("a foreign page has stored %s", got)
	}
}

// reboundName opens the console under a name that points to this machine: to
// the browser page and API are of one origin.
func reboundName(t *testing.T, w *world) {
	page := w.open(t, strings.Replace(w.server.URL, "127.0.0.1", foreign, 1)+"/")
	for _, path := range []string{"/api/files", "/api/trash"} {
		if status := eval[int](page, "fetch(%s).then((r) => r.status)", path); status != http.StatusUnauthorized {
			t.Errorf("%s answers %d", path, status)
		}
	}
	page.until("document.getElementById('sign-in').open")
}
