package uppy

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"

	"github.com/bytepass/bytepass/test/network"
	"github.com/bytepass/bytepass/test/project"
)

// patience is how long everybody waits for what has to come, such as the end of
// a large upload. It is no target: a machine may be busy with other things.
const patience = 5 * time.Minute

// newBrowser starts a Chromium that reaches everything through the network.
func newBrowser(t *testing.T, n *network.Network) context.Context {
	t.Helper()
	path, err := project.Chromium()
	if err != nil {
		t.Fatal(err)
	}
	options := append(slices.Clone(chromedp.DefaultExecAllocatorOptions[:]),
		chromedp.ExecPath(path), chromedp.NoSandbox, chromedp.DisableGPU, chromedp.IgnoreCertErrors,
		chromedp.ProxyServer(n.URL()), chromedp.Flag("proxy-bypass-list", "<-loopback>"),
		chromedp.Flag("disable-dev-shm-usage", true), chromedp.WSURLReadTimeout(patience),
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

// tab is a page with Uppy in the browser.
type tab struct {
	*testing.T
	ctx context.Context
}

// openTab opens a page in a tab of its own and waits until Uppy is there.
func openTab(t *testing.T, browser context.Context, url string) *tab {
	t.Helper()
	ctx, stop := chromedp.NewContext(browser)
	t.Cleanup(stop)
	p := &tab{t, ctx}
	chromedp.ListenTarget(ctx, func(event any) {
		switch e := event.(type) {
		case *runtime.EventExceptionThrown:
			t.Logf("the page throws: %s", e.ExceptionDetails.Error())
		case *runtime.EventConsoleAPICalled:
			for _, arg := range e.Args {
				t.Logf("the page says: %s%s", arg.Value, arg.Description)
			}
		}
	})
	p.do(chromedp.Navigate(url))
	p.until("!!window.uppy")
	return p
}

func (p *tab) do(actions ...chromedp.Action) {
	p.Helper()
	if err := chromedp.Run(p.ctx, actions...); err != nil {
		p.Fatal(err)
	}
}

// run runs a statement.
func (p *tab) run(statement string) {
	p.Helper()
	p.do(chromedp.Evaluate(statement+"; true", nil))
}

// until waits for an expression to be true.
func (p *tab) until(expression string) {
	p.Helper()
	for end := time.Now().Add(patience); ; time.Sleep(20 * time.Millisecond) {
		var is bool
		p.do(chromedp.Evaluate(expression, &is))
		if is {
			return
		}
		if time.Now().After(end) {
			p.Fatalf("%s never became true", expression)
		}
	}
}

// send chooses a file and uploads it.
func (p *tab) send(f file, inParts bool) {
	p.Helper()
	options, err := json.Marshal(map[string]any{"inParts": inParts, "meta": f.meta})
	if err != nil {
		p.Fatal(err)
	}
	p.do(chromedp.SetUploadFiles("#choose", []string{f.path}, chromedp.ByQuery))
	p.run(fmt.Sprintf("send(%s)", options))
}

// ends waits for the upload to end, and returns the error that Uppy shows;
// "ok" if it has succeeded.
func (p *tab) ends() string {
	p.Helper()
	p.until("window.ended !== undefined")
	var how string
	p.do(chromedp.Evaluate("window.ended", &how))
	return how
}

// succeeds is ends where nothing else will do.
func (p *tab) succeeds() {
	p.Helper()
	if how := p.ends(); how != "ok" {
		p.Fatalf("the upload ended with: %s", how)
	}
}
