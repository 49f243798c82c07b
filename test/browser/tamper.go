package browser

import (
	"context"
	"encoding/base64"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/fetch"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"
)

// tamper puts a hand between the page and the network: requests whose URL has
// the pattern (* is anything) go through handle, which says what becomes of
// them; nil leaves them alone. At the response stage it sees the answers.
func (p *tab) tamper(pattern string, stage fetch.RequestStage, handle func(*fetch.EventRequestPaused) chromedp.Action) {
	p.Helper()
	chromedp.ListenTarget(p.ctx, func(event any) {
		paused, ok := event.(*fetch.EventRequestPaused)
		if !ok {
			return
		}
		var action chromedp.Action = fetch.ContinueRequest(paused.RequestID)
		if paused.Request.Method != "OPTIONS" {
			if other := handle(paused); other != nil {
				action = other
			}
		}
		go func() { // a listener must not wait
			ctx := cdp.WithExecutor(p.ctx, chromedp.FromContext(p.ctx).Target)
			if err := action.Do(ctx); err != nil && ctx.Err() == nil {
				p.Errorf("tampering with a request: %v", err)
			}
		}()
	})
	p.do(fetch.Enable().WithPatterns([]*fetch.RequestPattern{{URLPattern: pattern, RequestStage: stage}}))
}

// holds keeps back what the page sends to URLs that have the pattern, until
// release is called: nothing of it is done before, however late the test comes.
func (p *tab) holds(pattern string) (release func()) {
	p.Helper()
	released := make(chan struct{})
	p.tamper(pattern, fetch.RequestStageRequest, func(e *fetch.EventRequestPaused) chromedp.Action {
		return chromedp.ActionFunc(func(ctx context.Context) error {
			select {
			case <-released:
				_ = fetch.ContinueRequest(e.RequestID).Do(ctx) // but its page may be gone
			case <-ctx.Done():
			}
			return nil
		})
	})
	return func() { close(released) }
}

// busy is the answer of a store that has too much to do.
func busy(id fetch.RequestID) chromedp.Action {
	return fetch.FulfillRequest(id, 503).WithResponseHeaders([]*fetch.HeaderEntry{{Name: "Access-Control-Allow-Origin", Value: "*"}})
}

// refusing is the answer of a store that refuses, in S3's words.
func refusing(id fetch.RequestID, status int64, code string) chromedp.Action {
	body := base64.StdEncoding.EncodeToString([]byte("<Error><Code>" + code + "</Code><Message>No.</Message></Error>"))
	return fetch.FulfillRequest(id, status).WithBody(body).WithResponseHeaders([]*fetch.HeaderEntry{{Name: "Access-Control-Allow-Origin", Value: "*"}})
}

// broken is a connection that breaks.
func broken(id fetch.RequestID) chromedp.Action {
	return fetch.FailRequest(id, network.ErrorReasonConnectionReset)
}

// offline takes the browser's network away, or gives it back.
func (p *tab) offline(is bool) {
	p.Helper()
	p.do(chromedp.ActionFunc(func(ctx context.Context) error {
		return network.EmulateNetworkConditions(is, 0, -1, -1).Do(ctx)
	}))
}
