package browser

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"github.com/bytepass/bytepass/test/project"
)

// fences returns what a page of the project shows in one language, in order.
func fences(t *testing.T, path, language string) string {
	t.Helper()
	root, err := project.Root()
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(filepath.Join(root, path))
	if err != nil {
		t.Fatal(err)
	}
	var all strings.Builder
	for at, rest := range strings.Split(string(text), "\n```"+language+"\n") {
		if code, _, ended := strings.Cut(rest, "\n```"); at > 0 && ended {
			all.WriteString(code + "\n")
		}
	}
	if all.Len() == 0 {
		t.Fatalf("%s shows nothing in %s", path, language)
	}
	return all.String()
}

// store returns the origin that signed URLs are for.
func (g Target) store(t *testing.T) string {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, g.API+"/api/presign", strings.NewReader(`{"key":"any","mimeType":"text/plain","size":1}`))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+g.Token)
	res, err := g.Client.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	var signed struct{ URL string }
	if err := json.NewDecoder(res.Body).Decode(&signed); err != nil {
		t.Fatal(err)
	}
	u, err := url.Parse(signed.URL)
	if err != nil || u.Host == "" {
		t.Fatalf("POST /api/presign answers %s with no URL", res.Status)
	}
	return u.Scheme + "://" + u.Host
}

// TestDocumented runs what docs/browser.md and the README show of the client,
// as modules of an application that is served with the policy of docs/browser.md.
func TestDocumented(t *testing.T) {
	t.Parallel()
	var policy string
	modules := map[string]string{}
	site := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Security-Policy", policy)
		if module, ok := modules[r.URL.Path]; ok {
			w.Header().Set("Content-Type", "text/javascript")
			fmt.Fprint(w, module)
			return
		}
		w.Header().Set("Content-Type", "text/html")
		fmt.Fprint(w, "<!doctype html><title>application</title><input type=file><progress></progress>")
	}))
	defer site.Close()
	w := newWorld(t, "--origin", site.URL)
	token, err := w.server.Token(t.Context(), "alice")
	if err != nil {
		t.Fatal(err)
	}
	target := Target{API: w.server.URL, Token: token, Client: http.DefaultClient}
	real := strings.NewReplacer("https://files.example.com", w.server.URL, "https://store.example.com", target.store(t))
	policy = strings.TrimSpace(real.Replace(fences(t, "docs/browser.md", "csp")))
	modules["/documented.js"] = real.Replace(fences(t, "docs/browser.md", "js")) +
		"export const told = [stored.versionId === record.versionId, stored.key, end, found.map((hint) => hint.key), page.length + rest.files.length, entries.length, bytes.size, restored.key, versions.length, taken];"
	modules["/readme.js"] = real.Replace(fences(t, "README.md", "js")) + "export const told = [upload.state, bar.value];"

	film := random(t, "holiday.mp4", large, 21)
	p := w.open(t, site.URL+"/")
	prepare := func() {
		t.Helper()
		p.do(chromedp.SetUploadFiles("input", []string{film.path}, chromedp.ByQuery))
		eval[bool](p, `(() => {
			window.accessToken = "e30.e30.e30"; // which the server refuses
			window.renewed = async () => (window.accessToken = %s);
			window.file = document.querySelector("input").files[0];
			window.bar = document.querySelector("progress");
			window.violations = [];
			document.addEventListener("securitypolicyviolation", (event) => violations.push(event.violatedDirective + " " + event.blockedURI));
			return true;
		})()`, token)
	}
	prepare()
	eval[bool](p, `import(%s + "/bytepass.js").then(({ Bytepass }) => {
		const files = new Bytepass({ base: %s, token: renewed });
		window.upload = files.start("films/interrupted.mp4", file, { onProgress: () => upload.pause() });
		return true;
	})`, w.server.URL, w.server.URL)
	p.until("upload.state === 'paused'")
	p.do(chromedp.Navigate(site.URL + "/")) // which interrupts it
	prepare()

	for _, each := range []struct{ module, want string }{
		{"/documented.js", fmt.Sprintf(`[true,"films/holiday.mp4","AbortError",["films/interrupted.mp4"],1,1,%d,"films/holiday.mp4",1,true]`, large)},
		{"/readme.js", `["done",1]`}, // with the token that the other has renewed
	} {
		if got := eval[string](p, "import(%s).then(({ told }) => JSON.stringify(told), String)", each.module); got != each.want {
			t.Errorf("%s tells %s; want %s", each.module, got, each.want)
		}
	}
	if got := eval[string](p, "violations.join()"); got != "" {
		t.Errorf("the documented policy forbids %s", got)
	}
	for _, key := range []string{"films/interrupted.mp4", "films/unwanted.mp4"} {
		if n := target.unfinished(t, key); n != 0 {
			t.Errorf("%d uploads of %s are left", n, key)
		}
	}
}
