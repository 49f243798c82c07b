package browser

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"

	"github.com/bytepass/bytepass/test/serve"
)

const (
	pageTimeout = time.Minute // on two busy cores
	// foreign is a name that the browser, and nobody else, resolves to this machine.
	foreign = "evil.example"
)

// world is a running server and a running browser.
type world struct {
	server  *serve.Server
	browser context.Context
}

func newWorld(t *testing.T, flags ...string) *world {
	t.Helper()
	server := startServer(t, flags...)
	return &world{server: server, browser: startBrowser(t, "MAP "+foreign+" 127.0.0.1")}
}

func startServer(t *testing.T, flags ...string) *serve.Server {
	t.Helper()
	binary, err := serve.Binary(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	server, err := serve.Start(binary, filepath.Join(t.TempDir(), "data"), flags...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := server.Stop(); err != nil {
			t.Error(err)
		}
	})
	return server
}

// startBrowser starts Chromium, which finds hosts by the given rules
// (--host-resolver-rules).
func startBrowser(t *testing.T, hosts string) context.Context {
	t.Helper()
	options := append(slices.Clone(chromedp.DefaultExecAllocatorOptions[:]),
		chromedp.ExecPath(chromium(t)), chromedp.NoSandbox, chromedp.DisableGPU, chromedp.WindowSize(1100, 800),
		chromedp.Flag("disable-dev-shm-usage", true), chromedp.Flag("host-resolver-rules", hosts),
		chromedp.Flag("lang", "en-US"),
	)
	allocator, stop := chromedp.NewExecAllocator(context.Background(), options...)
	t.Cleanup(stop)
	browser, stopBrowser := chromedp.NewContext(allocator)
	t.Cleanup(stopBrowser)
	if err := chromedp.Run(browser); err != nil {
		t.Fatalf("starting Chromium: %v", err)
	}
	return browser
}

// chromium returns the path of the browser, whatever the system calls it.
func chromium(t *testing.T) string {
	t.Helper()
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	t.Fatal("Chromium is missing; get it with: sh tools/chromium.sh")
	return ""
}

// tab is a page in the browser.
type tab struct {
	*testing.T
	ctx context.Context

	mu       sync.Mutex
	problems []string // what the browser's console complained of
}

// open opens a URL in a tab of its own.
func (w *world) open(t *testing.T, url string) *tab {
	t.Helper()
	ctx, stop := chromedp.NewContext(w.browser)
	t.Cleanup(stop)
	ctx, cancel := context.WithTimeout(ctx, pageTimeout)
	t.Cleanup(cancel)
	p := &tab{T: t, ctx: ctx}
	chromedp.ListenTarget(ctx, p.listen)
	// Violations of the policy are log entries.
	p.do(log.Enable(), chromedp.Navigate(url))
	return p
}

func (p *tab) listen(event any) {
	p.mu.Lock()
	defer p.mu.Unlock()
	switch e := event.(type) {
	case *runtime.EventExceptionThrown:
		p.problems = append(p.problems, e.ExceptionDetails.Error())
	case *log.EventEntryAdded:
		if e.Entry.Level == log.LevelError || e.Entry.Level == log.LevelWarning {
			p.problems = append(p.problems, e.Entry.Text)
		}
	case *page.EventJavascriptDialogOpening:
		p.problems = append(p.problems, "a dialog: "+e.Message)
	}
}

// clean checks that the browser had nothing to complain of.
func (p *tab) clean() {
	p.Helper()
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.problems) > 0 {
		p.Errorf("the browser complains: %q", p.problems)
	}
}

func (p *tab) do(actions ...chromedp.Action) {
	p.Helper()
	if err := chromedp.Run(p.ctx, actions...); err != nil {
		p.Fatalf("%v\nthe page shows: %s", err, p.text("body"))
	}
}

// eval returns the value of an expression, which may be a promise.
func eval[V any](p *tab, expression string, args ...any) V {
	p.Helper()
	var value V
	awaited := func(params *runtime.EvaluateParams) *runtime.EvaluateParams { return params.WithAwaitPromise(true) }
	if err := chromedp.Run(p.ctx, chromedp.Evaluate(p.script(expression, args), &value, awaited)); err != nil {
		p.Fatalf("%s: %v", p.script(expression, args), err)
	}
	return value
}

// script puts values into an expression, as JSON.
func (p *tab) script(expression string, args []any) string {
	p.Helper()
	literals := make([]any, len(args))
	for i, arg := range args {
		literal, err := json.Marshal(arg)
		if err != nil {
			p.Fatal(err)
		}
		literals[i] = string(literal)
	}
	return fmt.Sprintf(expression, literals...)
}

// until waits for an expression to be true.
func (p *tab) until(expression string, args ...any) {
	p.Helper()
	end := time.Now().Add(pageTimeout / 2)
	for !eval[bool](p, expression, args...) {
		if time.Now().After(end) {
			p.Fatalf("%s never became true; the page shows: %s", p.script(expression, args), p.text("body"))
		}
		time.Sleep(20 * time.Millisecond)
	}
}

// text returns what people see in the first element of a selector.
func (p *tab) text(selector string) string {
	var text string
	if err := chromedp.Run(p.ctx, chromedp.Evaluate(fmt.Sprintf("document.querySelector(%q)?.innerText ?? ''", selector), &text)); err != nil {
		return err.Error()
	}
	return text
}

// lists waits until exactly these names are in the list.
func (p *tab) lists(names ...string) {
	p.Helper()
	names = append([]string{}, names...) // none is an empty list, not null
	slices.Sort(names)
	p.until("JSON.stringify([...document.querySelectorAll('#rows td:first-child')].map((cell) => cell.textContent)) === JSON.stringify(%s)", names)
}

// choose puts files into the page's file input.
func (p *tab) choose(paths ...string) {
	p.Helper()
	p.do(chromedp.SetUploadFiles("#choose", paths, chromedp.ByQuery))
}

// press clicks the button with this accessible name, which gets the focus.
func (p *tab) press(label string) {
	p.Helper()
	if !eval[bool](p, "(() => { const b = [...document.querySelectorAll('button')].find((b) => (b.ariaLabel ?? b.textContent) === %s); b?.focus(); b?.click(); return !!b; })()", label) {
		p.Fatalf("there is no button %q", label)
	}
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
