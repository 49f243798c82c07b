package browser

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"net/url"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/storage"
	"github.com/chromedp/cdproto/target"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"github.com/bytepass/bytepass/test/issuer"
	"github.com/bytepass/bytepass/test/serve"
)

// accessLife is how long an access token is good for here: short, so that
// uploads outlive some.
const accessLife = time.Second

// loginWorld is a server whose console has people sign in at an issuer of
// another site. The URLs of parts count as old after a second, so an upload asks
// the API for new ones all the time.
type loginWorld struct {
	*world
	issuer *issuer.Login
	line   *Line
}

func newLoginWorld(t *testing.T, flags ...string) *loginWorld {
	t.Helper()
	address, store := freeAddress(t), freeAddress(t)
	is, err := issuer.StartLogin(t.Context(), "http://"+address, accessLife)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := is.Close(); err != nil {
			t.Error(err)
		}
	})
	binary, err := serve.Binary(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	server, err := serve.StartAt(address, binary, filepath.Join(t.TempDir(), "data"), append([]string{
		"--issuer", is.URL, "--audience", issuer.Audience, "--client-id", issuer.ClientID,
		"--require-scopes", "--s3-listen", store, "--part-seconds", "21",
	}, flags...)...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := server.Stop(); err != nil {
			t.Error(err)
		}
	})
	l := NewLine(t, store)
	return &loginWorld{&world{Start(t, resolve("MAP "+store+" "+l.Address())), server}, is, l}
}

// forget makes the browser that of somebody who has never been here.
func (w *loginWorld) forget(t *testing.T) {
	t.Helper()
	p := w.open(t, "about:blank")
	p.do(network.ClearBrowserCookies(), storage.ClearDataForOrigin(w.server.URL, "all"))
}

// console opens the console, at which nobody is signed in.
func (w *loginWorld) console(t *testing.T) *tab {
	t.Helper()
	p := w.open(t, w.server.URL+"/")
	p.card("Sign in")
	return p
}

// signIn opens the console and signs in.
func (w *loginWorld) signIn(t *testing.T, name string) *tab {
	t.Helper()
	p := w.console(t)
	p.press("Sign in")
	p.enter(name)
	p.isSignedInAs(name)
	return p
}

// enter signs in at the issuer's page.
func (p *tab) enter(name string) {
	p.Helper()
	p.until("document.readyState === 'complete' && !!document.querySelector('input[name=login]')")
	p.do(chromedp.SendKeys("input[name=login]", name+kb.Enter, chromedp.ByQuery))
}

func (p *tab) isSignedInAs(name string) {
	p.Helper()
	p.until("document.getElementById('who')?.checkVisibility() === true && document.getElementById('who').textContent === %s", strings.ToUpper(name[:1])+name[1:]+" Example")
}

// card waits for the card about the sign-in.
func (p *tab) card(heading string) {
	p.Helper()
	p.until("document.getElementById('login')?.hidden === false && document.getElementById('login-heading').textContent === %s", heading)
}

// says checks the reason on the card.
func (p *tab) says(want string) {
	p.Helper()
	if got := p.text("#login-why"); !strings.Contains(got, want) {
		p.Errorf("the page says %q, not %q", got, want)
	}
}

func TestLogin(t *testing.T) {
	t.Parallel()
	w := newLoginWorld(t)
	for name, run := range map[string]func(*testing.T, *loginWorld){
		"a day":                     aDayWithALogin,
		"renewal during an upload":  renewal,
		"an end during an upload":   theEndOfASession,
		"without refresh tokens":    noRefreshTokens,
		"issuer away for a while":   issuerAway,
		"sign out of all tabs":      signOut,
		"denied":                    denied,
		"answers that are not ours": strayAnswers,
		"ID tokens that are not":    strangeIDTokens,
	} {
		t.Run(name, func(t *testing.T) {
			w.forget(t)
			run(t, w)
		})
	}
}

// aDayWithALogin: sign in, upload, reload, look from another tab.
func aDayWithALogin(t *testing.T, w *loginWorld) {
	p := w.console(t)
	if eval[bool](p, "document.getElementById('list').checkVisibility() || document.getElementById('drop').checkVisibility()") {
		t.Error("files are shown to nobody in particular")
	}
	p.look(t, "login-out")
	eval[bool](p, "(location.hash = '#/day/', true)")
	p.press("Sign in")
	p.enter("alice")
	p.isSignedInAs("alice")
	if got := eval[string](p, "location.href"); got != w.server.URL+"/#/day/" {
		t.Errorf("the page is at %s", got)
	}
	p.choose(file(t, "mine.txt", []byte("x")))
	p.lists("mine.txt")
	if kept := eval[string](p, "JSON.stringify([{ ...localStorage }, { ...sessionStorage }])"); kept != `[{"bytepass signed in":"yes"},{}]` {
		t.Errorf("the browser keeps %s", kept)
	}

	p.look(t, "login-in")
	p.do(chromedp.Reload())
	p.isSignedInAs("alice")
	p.lists("mine.txt")
	second := w.open(t, w.server.URL+"/#/day/")
	second.isSignedInAs("alice")
	second.lists("mine.txt")
	if eval[bool](p, "fetch('http://"+foreign+"/').then(() => true, () => false)") {
		t.Error("the page may talk to anybody")
	}
	second.clean()
}

// renewal: an upload goes on while tokens come and go.
func renewal(t *testing.T, w *loginWorld) {
	w.slow(t, 6_000)
	p := w.signIn(t, "alice")
	eval[bool](p, "(location.hash = '#/renewal/', true)")
	before := w.issuer.Grants("refresh_token")
	p.watch()
	b := random(t, "long.bin", 60*mib, 140)
	start := time.Now()
	p.choose(b.path)
	p.lists("long.bin")
	renewed := w.issuer.Grants("refresh_token") - before
	t.Logf("measured: %d renewals in the %v of an upload of 60 MiB", renewed, time.Since(start).Round(100*time.Millisecond))
	if renewed < 2 {
		t.Errorf("the token was renewed %d times", renewed)
	}
	if seen := eval[string](p, "seen.join(' | ')"); strings.Contains(seen, "again") || strings.Contains(seen, "Paused") {
		t.Errorf("the upload was interrupted: %s", seen)
	}
	w.stored(t, "renewal/long.bin", b)
	p.clean()
}

// slow makes the line to the store slow, in KB/s of each connection.
func (w *loginWorld) slow(t *testing.T, rate int) {
	w.line.make(t, "bandwidth", "upstream", map[string]int{"rate": rate})
	t.Cleanup(func() { w.line.heal(t) })
}

// watch remembers what the page says of the first upload, as "seen".
func (p *tab) watch() {
	p.Helper()
	eval[bool](p, `(() => {
		window.seen = [];
		new MutationObserver(() => {
			const said = document.querySelector("#uploads .state")?.textContent;
			if (said) seen.push(said);
		}).observe(document.getElementById("uploads"), { subtree: true, childList: true, characterData: true });
		return true;
	})()`)
}

// stored compares what is stored of Alice's with a file.
func (w *loginWorld) stored(t *testing.T, key string, b blob) {
	t.Helper()
	token, err := w.issuer.Sign(w.issuer.Claims("alice"))
	if err != nil {
		t.Fatal(err)
	}
	g := w.target()
	g.Token = token
	if got := g.sum(t, key); got != b.sum {
		t.Errorf("%s has arrived as SHA-256 %s, not %s", key, got, b.sum)
	}
}

// theEndOfASession ends Alice's session at the issuer while she uploads: the
// upload waits for her, and for nobody else.
func theEndOfASession(t *testing.T, w *loginWorld) {
	w.slow(t, 4_000)
	p := w.signIn(t, "alice")
	eval[bool](p, "(location.hash = '#/end/', true)")
	b := random(t, "waits.bin", 25*mib, 141)
	p.choose(b.path)
	p.until("document.querySelector('#uploads progress')?.value > 0.2")

	other := w.open(t, w.issuer.URL+"/session/end")
	other.do(chromedp.Click("button[name=logout]", chromedp.ByQuery))
	p.card("Your sign-in has ended")
	p.says("Uploads are paused. Sign in again to go on.")
	p.until("document.querySelector('#uploads .state')?.textContent.endsWith('until you sign in again') === true")

	w.inWindow(t, p, "bob")
	p.until("document.getElementById('login-why').textContent.includes('somebody else has signed in')")
	other.do(chromedp.Navigate(w.issuer.URL+"/session/end"), chromedp.Click("button[name=logout]", chromedp.ByQuery))
	w.inWindow(t, p, "alice")
	p.isSignedInAs("alice")
	p.lists("waits.bin")
	if eval[bool](p, "!document.getElementById('login').hidden") {
		t.Error("the card about the sign-in stays")
	}
	w.stored(t, "end/waits.bin", b)
}

// inWindow signs in again, which happens in a window of its own that closes itself.
func (w *loginWorld) inWindow(t *testing.T, p *tab, name string) {
	t.Helper()
	opened := chromedp.WaitNewTarget(p.ctx, func(info *target.Info) bool { return info.Type == "page" })
	p.do(chromedp.Click("#login-go", chromedp.ByQuery))
	var id target.ID
	select {
	case id = <-opened:
	case <-time.After(pageTimeout / 2):
		t.Fatal("no window was opened")
	}
	ctx, stop := chromedp.NewContext(p.ctx, chromedp.WithTargetID(id))
	defer stop()
	window := &tab{T: t, ctx: ctx}
	window.enter(name)
	for end := time.Now().Add(pageTimeout / 2); ; time.Sleep(20 * time.Millisecond) {
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

// look takes pictures of the page in a wide and a narrow window.
func (p *tab) look(t *testing.T, name string) {
	t.Helper()
	for suffix, size := range map[string][2]int64{"": {1100, 860}, "-narrow": {360, 800}} {
		p.do(emulation.SetDeviceMetricsOverride(size[0], size[1], 1, false))
		p.fits(t, name+suffix)
		p.picture(t, name+suffix)
	}
	p.do(emulation.ClearDeviceMetricsOverride())
}

// issuerAway: the page says so, and goes on by itself or by a button.
func issuerAway(t *testing.T, w *loginWorld) {
	w.slow(t, 4_000)
	p := w.signIn(t, "alice")
	eval[bool](p, "(location.hash = '#/away/', true)")
	b := random(t, "away.bin", 25*mib, 142)
	p.choose(b.path)
	p.until("document.querySelector('#uploads progress')?.value > 0.1")
	w.issuer.Down(true)
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

func signOut(t *testing.T, w *loginWorld) {
	p := w.signIn(t, "alice")
	p.choose(file(t, "private.txt", []byte("x")))
	p.until("document.querySelectorAll('#rows tr').length > 0")
	second := w.open(t, w.server.URL+"/")
	second.isSignedInAs("alice")
	second.until("document.querySelectorAll('#rows tr').length > 0")

	eval[bool](second, `(localStorage.setItem("bytepass of alice  secret plan.bin", JSON.stringify({ key: "secret plan.bin", uploadId: "x", name: "plan.bin", size: 1, lastModified: 1, ends: "" })), location.reload(), true)`)
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

// resign changes claims of the ID tokens that the issuer hands out.
func (w *loginWorld) resign(change map[string]any) func(*http.Response) error {
	return w.answers(func(tokens map[string]any) error { //nolint:bodyclose // the proxy between closes it
		claims := map[string]any{}
		id, _ := tokens["id_token"].(string)
		payload, err := base64.RawURLEncoding.DecodeString(strings.Split(id, ".")[1])
		if err == nil {
			err = json.Unmarshal(payload, &claims)
		}
		if err != nil {
			return err
		}
		maps.Copy(claims, change)
		tokens["id_token"], err = w.issuer.Sign(claims)
		return err
	})
}

// answers changes what the issuer answers whoever asks for tokens.
func (w *loginWorld) answers(change func(tokens map[string]any) error) func(*http.Response) error {
	return func(res *http.Response) error {
		if res.Request.URL.Path != "/token" || res.StatusCode != http.StatusOK {
			return nil
		}
		var tokens map[string]any
		if err := json.NewDecoder(res.Body).Decode(&tokens); err != nil {
			return err
		}
		if err := change(tokens); err != nil {
			return err
		}
		body, err := json.Marshal(tokens)
		res.Body = io.NopCloser(bytes.NewReader(body))
		res.Header.Del("Content-Length")
		res.ContentLength = int64(len(body))
		return err
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
