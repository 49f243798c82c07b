package browser

import (
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"

	"github.com/chromedp/chromedp"
)

func denied(t *testing.T, w *loginWorld) {
	p := w.console(t)
	p.press("Sign in")
	p.until("document.readyState === 'complete' && !!document.querySelector('button[name=cancel]')")
	p.do(chromedp.Click("button[name=cancel]", chromedp.ByQuery))
	p.card("Sign in")
	p.says("You were not let in: the sign-in was cancelled.")
	p.press("Sign in")
	p.enter("alice")
	p.isSignedInAs("alice")
	p.clean()
}

// strayAnswers are answers to nothing that this tab has asked. Their codes
// never reach the issuer.
func strayAnswers(t *testing.T, w *loginWorld) {
	const refused = "was used already, or is not to a sign-in that this tab has begun"
	var mu sync.Mutex
	var answer string // the address to which the issuer sends the browser
	forge := false
	w.issuer.Change(func(res *http.Response) error {
		to, err := url.Parse(res.Header.Get("Location"))
		if err != nil || !to.Query().Has("code") {
			return err
		}
		mu.Lock()
		defer mu.Unlock()
		if forge {
			q := to.Query()
			q.Set("state", strings.Repeat("A", 43))
			to.RawQuery = q.Encode()
			res.Header.Set("Location", to.String())
		}
		answer = to.String()
		return nil
	})
	defer w.issuer.Change(nil)

	p := w.signIn(t, "alice")
	mu.Lock()
	replayed := answer
	forge = true
	mu.Unlock()
	traded := w.issuer.Grants("authorization_code")
	for what, at := range map[string]string{
		"a replayed code": replayed, "a stranger's code": w.server.URL + "/?code=stolen&state=mine", "an error of nobody's": w.server.URL + "/?error=access_denied&state=mine",
	} {
		p.do(chromedp.Navigate(at))
		p.card("Sign in")
		if got := p.text("#login-why"); !strings.Contains(got, refused) {
			t.Errorf("%s: the page says %q", what, got)
		}
	}
	p.press("Sign in") // the issuer remembers Alice
	p.until("document.getElementById('login-why')?.textContent.includes(%s) === true && location.search === ''", refused)
	if n := w.issuer.Grants("authorization_code") - traded; n != 0 {
		t.Errorf("%d of their codes were sent to the issuer", n)
	}
}

// strangeIDTokens are signed by the issuer, and not what was asked for.
func strangeIDTokens(t *testing.T, w *loginWorld) {
	for what, tc := range map[string]struct {
		claims map[string]any
		says   string
	}{
		"another nonce":   {map[string]any{"nonce": "other"}, "The issuer's answer is not to this sign-in."},
		"no nonce":        {map[string]any{"nonce": nil}, "The issuer's answer is not to this sign-in."},
		"another client":  {map[string]any{"aud": []string{"other"}}, "The issuer's ID token is for another client."},
		"another issuer":  {map[string]any{"iss": "https://other.example"}, "The issuer's ID token is of another issuer."},
		"of another time": {map[string]any{"exp": 1}, "The issuer's ID token is expired."},
	} {
		t.Run(what, func(t *testing.T) {
			w.forget(t)
			w.issuer.Change(w.resign(tc.claims)) //nolint:bodyclose // the proxy between closes it
			defer w.issuer.Change(nil)
			p := w.console(t)
			p.press("Sign in")
			p.enter("alice")
			p.until("document.getElementById('login-why')?.textContent.startsWith(%s) === true", tc.says)
			p.card("Sign in")
		})
	}
}

// TestWrongClient: whoever has set up a client that the issuer does not know
// hears so from the issuer, and the page does not send anybody there in circles.
func TestWrongClient(t *testing.T) {
	t.Parallel()
	w := newLoginWorld(t, "--client-id", "misspelt")
	p := w.console(t)
	p.press("Sign in")
	p.until("document.body?.innerText.includes('invalid_client') === true")
	p.do(chromedp.Navigate(w.server.URL + "/"))
	p.card("Sign in")
	eval[bool](p, "(localStorage.setItem('bytepass signed in', 'yes'), location.reload(), true)") // from before it was misspelt
	p.until("document.body?.innerText.includes('invalid_client') === true")
	p.do(chromedp.Navigate(w.server.URL + "/"))
	p.card("Sign in")
}

// dropSignedOut: what is dropped while nobody is signed in would belong to
// nobody.
func dropSignedOut(t *testing.T, w *loginWorld) {
	p := w.console(t)
	p.drop(`({ name: "a.txt", isFile: true, file: (done) => ((window.taken = true), done(new File(["x"], "a.txt"))) })`)
	if eval[bool](p, "new Promise((then) => setTimeout(() => then(!!window.taken)))") {
		t.Error("it is taken")
	}
	if got := eval[string](p, `(() => {
		const event = new DragEvent("dragover", { dataTransfer: new DataTransfer(), bubbles: true, cancelable: true });
		document.body.dispatchEvent(event);
		return event.defaultPrevented + " " + document.getElementById("drop").classList.contains("over");
	})()`); got != "true false" {
		t.Errorf("the page prevents what browsers do and shows a target: %s", got)
	}
	p.clean()
}

// noStorageToSignIn: the page says what it needs.
func noStorageToSignIn(t *testing.T, w *loginWorld) {
	p := w.open(t, "about:blank")
	p.forbidStorage()
	p.do(chromedp.Navigate(w.server.URL + "/"))
	p.card("One cannot sign in now")
	p.says("Allow this page to keep site data")
	p.clean()
}
