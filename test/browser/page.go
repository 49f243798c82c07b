package browser

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/cdproto/target"
	"github.com/chromedp/chromedp"

	"github.com/bytepass/bytepass/test/project"
)

// How long a page waits for what has to come, and how long a page is used at
// most. They are no targets: a machine may be busy with other things.
const (
	patience    = 2 * time.Minute
	pageTimeout = 10 * time.Minute
)

// Browser is a running Chromium.
type Browser struct{ ctx context.Context }

// Start starts Chromium with more options, and ends it with the test.
func Start(t *testing.T, more ...chromedp.ExecAllocatorOption) *Browser {
	t.Helper()
	path, err := project.Chromium()
	if err != nil {
		t.Fatal(err)
	}
	options := append(slices.Clone(chromedp.DefaultExecAllocatorOptions[:]),
		chromedp.ExecPath(path), chromedp.NoSandbox, chromedp.DisableGPU, chromedp.WindowSize(1100, 800),
		chromedp.Flag("disable-dev-shm-usage", true), chromedp.Flag("lang", "en-US"), chromedp.WSURLReadTimeout(patience),
	)
	allocator, stop := chromedp.NewExecAllocator(context.Background(), append(options, more...)...)
	t.Cleanup(stop)
	browser, stopBrowser := chromedp.NewContext(allocator)
	t.Cleanup(stopBrowser)
	if err := chromedp.Run(browser); err != nil {
		t.Fatalf("starting Chromium: %v", err)
	}
	return &Browser{browser}
}

// tab is a page in the browser.
type tab struct {
	*testing.T
	ctx context.Context

	mu       sync.Mutex
	problems []string // what the browser's console complained of
}

// open opens a URL in a tab of its own.
func (w *Browser) open(t *testing.T, url string) *tab {
	t.Helper()
	return w.opened(t, url)
}

// another opens a URL in what is another browser to pages: it shares neither
// storage nor locks with the first.
func (w *Browser) another(t *testing.T, url string) *tab {
	t.Helper()
	var id target.ID
	err := chromedp.Run(w.ctx, chromedp.ActionFunc(func(ctx context.Context) error {
		ctx = cdp.WithExecutor(ctx, chromedp.FromContext(ctx).Browser)
		profile, err := target.CreateBrowserContext().WithDisposeOnDetach(true).Do(ctx)
		if err != nil {
			return err
		}
		// It has no window yet in which the tab could be.
		id, err = target.CreateTarget("about:blank").WithBrowserContextID(profile).WithNewWindow(true).Do(ctx)
		return err
	}))
	if err != nil {
		t.Fatal(err)
	}
	return w.opened(t, url, chromedp.WithTargetID(id))
}

func (w *Browser) opened(t *testing.T, url string, options ...chromedp.ContextOption) *tab {
	t.Helper()
	ctx, stop := chromedp.NewContext(w.ctx, options...)
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
	value, err := evaluate[V](p, p.script(expression, args))
	if err != nil {
		p.Fatalf("%s: %v", p.script(expression, args), err)
	}
	return value
}

func evaluate[V any](p *tab, script string) (V, error) {
	var value V
	awaited := func(params *runtime.EvaluateParams) *runtime.EvaluateParams { return params.WithAwaitPromise(true) }
	err := chromedp.Run(p.ctx, chromedp.Evaluate(script, &value, awaited))
	return value, err
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

// until waits for an expression to be true, also across a change of the page.
func (p *tab) until(expression string, args ...any) {
	p.Helper()
	script := p.script(expression, args)
	for end := time.Now().Add(patience); ; time.Sleep(20 * time.Millisecond) {
		is, err := evaluate[bool](p, script)
		switch {
		case is:
			return
		case err != nil && !isLeaving(err):
			p.Fatalf("%s: %v", script, err)
		case time.Now().After(end):
			p.Fatalf("%s never became true (%v); the page shows: %s", script, err, p.text("body"))
		}
	}
}

// isLeaving reports whether Chromium has not evaluated an expression because the
// page was about to give way to another one. These are its words:
// https://source.chromium.org/chromium/chromium/src/+/main:content/browser/devtools/devtools_session.cc
func isLeaving(err error) bool {
	var refused *cdproto.Error
	return errors.As(err, &refused) && slices.Contains([]string{
		"Inspected target navigated or closed", "Execution context was destroyed.", "Cannot find default execution context", "Promise was collected",
	}, refused.Message)
}

// text returns what people see in the first element of a selector.
func (p *tab) text(selector string) string {
	var text string
	if err := chromedp.Run(p.ctx, chromedp.Evaluate(fmt.Sprintf("document.querySelector(%q)?.innerText ?? ''", selector), &text)); err != nil {
		return err.Error()
	}
	return text
}
