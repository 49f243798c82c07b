package browser

import (
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

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
		"a drop before":             dropSignedOut,
		"no storage":                noStorageToSignIn,
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

// renewal: an upload goes on while tokens come and go. The first parts take
// longer than the URLs of the next are good for, so that these are signed anew,
// with a new token, and the end of the upload takes another.
func renewal(t *testing.T, w *loginWorld) {
	w.slow(t, 2_000)
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
