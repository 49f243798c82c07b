package browser

import (
	"testing"
	"time"

	"github.com/chromedp/cdproto/target"
	"github.com/chromedp/chromedp"
)

// theEndOfASession ends Alice's session at the issuer while she uploads: the
// upload waits for her, and for nobody else.
func theEndOfASession(t *testing.T, w *loginWorld) {
	w.slow(t, 300) // so that it is under way however slow the machine is
	p := w.signIn(t, "alice")
	eval[bool](p, "(location.hash = '#/end/', true)")
	b := random(t, "waits.bin", 25*mib, 141)
	p.choose(b.path)
	p.until("document.querySelector('#uploads progress')?.value > 0.05")

	other := w.open(t, "about:blank")
	w.endSession(other)
	time.Sleep(accessLife) // the page's token is over, too
	w.line.heal(t)
	p.card("Your sign-in has ended")
	p.says("Uploads are paused. Sign in again to go on.")
	p.until("document.querySelector('#uploads .state')?.textContent.endsWith('until you sign in again') === true")

	w.inWindow(t, p, "bob")
	p.until("document.getElementById('login-why').textContent.includes('somebody else has signed in')")
	w.endSession(other)
	w.inWindow(t, p, "alice")
	p.isSignedInAs("alice")
	p.lists("waits.bin")
	if eval[bool](p, "!document.getElementById('login').hidden") {
		t.Error("the card about the sign-in stays")
	}
	w.stored(t, "end/waits.bin", b)
}

// endSession signs out at the issuer's own page.
func (w *loginWorld) endSession(p *tab) {
	p.Helper()
	p.do(chromedp.Navigate(w.issuer.URL+"/session/end"), chromedp.Click("button[name=logout]", chromedp.ByQuery))
	p.until("location.pathname === '/session/end/success'")
}

// inWindow signs in again, which happens in a window of its own that closes itself.
func (w *loginWorld) inWindow(t *testing.T, p *tab, name string) {
	t.Helper()
	opened := chromedp.WaitNewTarget(p.ctx, func(info *target.Info) bool { return info.Type == "page" })
	p.do(chromedp.Click("#login-go", chromedp.ByQuery))
	var id target.ID
	select {
	case id = <-opened:
	case <-time.After(patience):
		t.Fatal("no window was opened")
	}
	ctx, stop := chromedp.NewContext(p.ctx, chromedp.WithTargetID(id))
	defer stop()
	window := &tab{T: t, ctx: ctx}
	window.enter(name)
	for end := time.Now().Add(patience); ; time.Sleep(20 * time.Millisecond) {
		open, err := chromedp.Targets(p.ctx)
		if err != nil {
			t.Fatal(err)
		}
		if !containsTarget(open, id) {
			return
		}
		if time.Now().After(end) {
			t.Fatalf("the window does not close; it shows: %s", window.text("body"))
		}
	}
}

func containsTarget(all []*target.Info, id target.ID) bool {
	for _, one := range all {
		if one.TargetID == id {
			return true
		}
	}
	return false
}

// noRefreshTokens: some issuers give none to pages. Then one signs in again when
// the token has expired, and is where one was.
func noRefreshTokens(t *testing.T, w *loginWorld) {
	w.issuer.Change(w.answers(func(tokens map[string]any) error { //nolint:bodyclose // the proxy between closes it
		delete(tokens, "refresh_token")
		return nil
	}))
	defer w.issuer.Change(nil)
	p := w.signIn(t, "alice")
	time.Sleep(accessLife)
	eval[bool](p, "(location.hash = '#trash', true)")
	p.card("Your sign-in has ended")
	p.says("Sign in again to go on.")
	waiting := eval[string](p, `import("/bytepass.js").then(({ Bytepass }) => {
		const files = new Bytepass({ token: () => new Promise(() => {}) });
		const stop = new AbortController();
		setTimeout(() => stop.abort(), 50);
		return files.list({ signal: stop.signal }).then(() => "listed", (error) => error.name);
	})`)
	if waiting != "AbortError" {
		t.Errorf("a call that waits for a token ends with %s when it is cancelled", waiting)
	}
	p.look(t, "login-ended")
	p.press("Sign in again") // the issuer remembers Alice
	p.until("document.readyState === 'complete' && document.getElementById('heading')?.textContent === 'Trash'")
	p.isSignedInAs("alice")
	p.clean()
}

// issuerAway: the page says so, and goes on by itself or by a button.
func issuerAway(t *testing.T, w *loginWorld) {
	w.slow(t, 300) // so that it is under way however slow the machine is
	p := w.signIn(t, "alice")
	eval[bool](p, "(location.hash = '#/away/', true)")
	b := random(t, "away.bin", 25*mib, 142)
	p.choose(b.path)
	p.until("document.querySelector('#uploads progress')?.value > 0.05")
	w.issuer.Down(true)
	time.Sleep(accessLife) // the page needs another token to end the upload
	w.line.heal(t)
	p.until("document.querySelector('#uploads .state')?.textContent.includes('does not answer this page') === true")

	second := w.open(t, w.server.URL+"/")
	second.card("One cannot sign in now")
	second.says("The issuer " + w.issuer.URL + " does not answer this page.")
	w.issuer.Down(false)
	second.press("Try again")
	second.isSignedInAs("alice")
	p.lists("away.bin")
	w.stored(t, "away/away.bin", b)
}

// signOut signs out in one tab: another one shows nothing of Alice's any more,
// and Bob, who comes next, hears of none of her uploads.
func signOut(t *testing.T, w *loginWorld) {
	p := w.signIn(t, "alice")
	p.choose(file(t, "private.txt", []byte("x")))
	p.until("document.querySelectorAll('#rows tr').length > 0")
	second := w.open(t, w.server.URL+"/")
	second.isSignedInAs("alice")
	second.until("document.querySelectorAll('#rows tr').length > 0")

	token, err := w.issuer.Sign(w.issuer.Claims("alice"))
	if err != nil {
		t.Fatal(err)
	}
	second.interrupt("alice", token, "secret plan.bin")
	second.do(chromedp.Reload())
	second.until("document.getElementById('interrupted-list')?.textContent.includes('secret plan.bin') === true")
	second.until("document.querySelectorAll('#rows tr').length > 0")
	second.press("Show private.txt")
	second.until("document.getElementById('preview').open")

	p.press("Sign out")
	second.card("Sign in")
	second.says("You have signed out in another tab.")
	if eval[bool](second, "document.querySelectorAll('#rows tr, dialog[open]').length > 0 || document.getElementById('who').checkVisibility()") {
		t.Error("another tab still shows whose files they were")
	}
	p.do(chromedp.Click("button[name=logout]", chromedp.ByQuery)) // the issuer asks
	p.card("Sign in")
	p.do(chromedp.Reload())
	p.card("Sign in")
	p.press("Sign in")
	p.enter("bob") // the issuer asks who it is
	p.isSignedInAs("bob")
	p.lists()
	if !eval[bool](p, "document.getElementById('interrupted').hidden && localStorage.getItem('bytepass of alice  secret plan.bin') !== null") {
		t.Error("Bob is told of Alice's uploads, or they are forgotten")
	}
	p.clean()
}
