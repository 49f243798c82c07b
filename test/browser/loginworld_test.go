package browser

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/storage"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"github.com/bytepass/bytepass/test/issuer"
	"github.com/bytepass/bytepass/test/serve"
)

// accessLife is how long an access token is good for here: short, so that
// uploads outlive some.
const accessLife = time.Second

// loginWorld is a server whose console has people sign in at an issuer of
// another site. The URLs of parts count as old after four seconds, two thirds of
// their life, so an upload that is slow asks the API for new ones.
type loginWorld struct {
	*world
	issuer *issuer.Login
	line   *Line
}

func newLoginWorld(t *testing.T, flags ...string) *loginWorld {
	t.Helper()
	address, store := serve.Address(t), serve.Address(t)
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
		"--require-scopes", "--s3-listen", store, "--part-seconds", "6",
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
