//go:build !race

package auth

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"github.com/go-jose/go-jose/v4"
)

// checks are the ways to check one token: ours when it is first seen, ours when
// it is remembered, and the published library's, which verifies it every time.
func checks(t testing.TB) map[string]func() error {
	key := private("key", jose.RS256, rsaKey())
	i, c := newIssuer(t, key), newClock()
	token := sign(t, key, i.claims(c.Now(), nil), nil)
	first, remembered, r := newTestOIDC(t, i, c), newTestOIDC(t, i, c), withToken(token)

	ctx := oidc.ClientContext(t.Context(), i.Client())
	provider, err := oidc.NewProvider(ctx, i.URL)
	if err != nil {
		t.Fatal(err)
	}
	verifier := provider.VerifierContext(ctx, &oidc.Config{ClientID: "bytepass", Now: c.Now})
	return map[string]func() error{
		"first": func() error {
			first.tokens = newMemory(1)
			_, err := first.Authenticate(r)
			return err
		},
		"remembered": func() error {
			_, err := remembered.Authenticate(r)
			return err
		},
		"library": func() error {
			_, token, _ := strings.Cut(r.Header.Get("Authorization"), " ")
			verified, err := verifier.Verify(ctx, token)
			if err != nil {
				return err
			}
			var claims map[string]any
			return verified.Claims(&claims)
		},
	}
}

// BenchmarkToken puts our check of a token beside the published library's.
func BenchmarkToken(b *testing.B) {
	for name, check := range checks(b) {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if err := check(); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// TestRatio holds the check to what remembering is for: ten times faster than
// the library, which a token that is first seen must not pay for.
func TestRatio(t *testing.T) {
	all := checks(t)
	best := map[string]time.Duration{}
	var figures string
	for range 20 { // once, unless the machine is very busy
		for name, check := range all {
			took := fastest(t, check)
			if best[name] == 0 || took < best[name] {
				best[name] = took
			}
		}
		faster := float64(best["library"]) / float64(best["remembered"])
		slower := float64(best["first"]) / float64(best["library"])
		figures = fmt.Sprintf("a token is checked in %v, %v once it is remembered; the published library takes %v each time: %.0f times as long as a remembered one, and a first one takes %.2f times as long as there",
			best["first"], best["remembered"], best["library"], faster, slower)
		if faster >= 10 && slower <= 1.5 {
			t.Logf("measured: %s", figures)
			return
		}
	}
	t.Errorf("%s; want at least 10 times, and at most 1.50 times", figures)
}

// fastest returns what one check takes, in the best of some short runs.
func fastest(t *testing.T, check func() error) time.Duration {
	const runs, times = 20, 50
	best := time.Hour
	for range runs {
		start := time.Now()
		for range times {
			if err := check(); err != nil {
				t.Fatal(err)
			}
		}
		best = min(best, time.Since(start)/times)
	}
	return best
}
