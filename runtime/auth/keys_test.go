package auth

import (
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"

	"github.com/bytepass/bytepass/runtime/files"
)

// A token may say where its key is: nobody goes there.
func TestKeyHintsAreNotFollowed(t *testing.T) {
	good, evil := private("key", jose.RS256, rsaKey()), private("evil", jose.RS256, foreignKey())
	i, c := newIssuer(t, good), newClock()
	asked := make(chan string, 10)
	elsewhere := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked <- r.URL.Path
		_ = json.NewEncoder(w).Encode(jose.JSONWebKeySet{Keys: []jose.JSONWebKey{evil.Public()}})
	}))
	defer elsewhere.Close()
	for _, header := range []map[jose.HeaderKey]any{
		{"jku": elsewhere.URL + "/jku"}, {"x5u": elsewhere.URL + "/x5u"}, {"jwk": evil.Public()},
	} {
		_, err := newTestOIDC(t, i, c).Authenticate(withToken(sign(t, evil, i.claims(c.Now(), nil), header)))
		wantCode(t, err, files.CodeUnauthenticated)
	}
	select {
	case path := <-asked:
		t.Errorf("%s was asked for", path)
	default:
	}
}

func TestKeysRotate(t *testing.T) {
	first, second := private("1", jose.RS256, rsaKey()), private("2", jose.ES256, ecKey(t, elliptic.P256()))
	i, c := newIssuer(t, first), newClock()
	o := newTestOIDC(t, i, c)
	authenticate := func(key jose.JSONWebKey) error {
		// Another id each time, or the remembered token would answer.
		_, err := o.Authenticate(withToken(sign(t, key, i.claims(c.Now(), map[string]any{"jti": i.fetches.Load(), "at": c.Now().UnixNano()}), nil)))
		return err
	}
	wantCode(t, authenticate(first), "")

	i.publish(first, second)
	c.pass(keysRest)
	wantCode(t, authenticate(second), "") // fetched because the key was unknown
	wantCode(t, authenticate(first), "")

	i.publish(second)
	c.pass(keysAge + time.Second)
	wantCode(t, authenticate(second), "") // fetched because the keys were old
	wantCode(t, authenticate(first), files.CodeUnauthenticated)
	if n := i.fetches.Load(); n > 4 {
		t.Errorf("the keys were fetched %d times", n)
	}
}

// An issuer may put another key under the id of the one before, or name no ids
// at all: who signs with it waits no longer than for one that is new by name.
func TestKeysRotateUnderOneID(t *testing.T) {
	for _, id := range []string{"key", ""} {
		first, second := private(id, jose.RS256, rsaKey()), private(id, jose.RS256, foreignKey())
		i, c := newIssuer(t, first), newClock()
		o := newTestOIDC(t, i, c)
		authenticate := func(key jose.JSONWebKey, n int) error {
			_, err := o.Authenticate(withToken(sign(t, key, i.claims(c.Now(), map[string]any{"jti": n}), nil)))
			return err
		}
		wantCode(t, authenticate(first, 0), "")
		i.publish(second)
		for n := range 20 { // not a fetch for each: the last one was just made
			wantCode(t, authenticate(second, n), files.CodeUnauthenticated)
		}
		c.pass(keysRest)
		wantCode(t, authenticate(second, 21), "")
		wantCode(t, authenticate(first, 22), files.CodeUnauthenticated)
		if n := i.fetches.Load(); n != 2 {
			t.Errorf("with the id %q the keys were fetched %d times", id, n)
		}
	}
}

func TestUnknownKeysDoNotStampede(t *testing.T) {
	key, unknown := private("key", jose.RS256, rsaKey()), private("unknown", jose.RS256, foreignKey())
	i, c := newIssuer(t, key), newClock()
	o := newTestOIDC(t, i, c)
	flood := func() {
		token := sign(t, unknown, i.claims(c.Now(), nil), nil)
		var wg sync.WaitGroup
		for range 200 {
			wg.Go(func() {
				if _, err := o.Authenticate(withToken(token)); files.CodeOf(err) != files.CodeUnauthenticated {
					t.Errorf("got %v", err)
				}
			})
		}
		wg.Wait()
	}
	flood()
	if n := i.fetches.Load(); n != 1 {
		t.Errorf("200 tokens fetched the keys %d times", n)
	}
	c.pass(keysRest)
	flood()
	if n := i.fetches.Load(); n != 2 {
		t.Errorf("the second flood made it %d fetches", n)
	}
}

func TestIssuerDown(t *testing.T) {
	key := private("key", jose.RS256, rsaKey())
	i, c := newIssuer(t, key), newClock()
	i.setDown(true)
	o := newTestOIDC(t, i, c)
	token := sign(t, key, i.claims(c.Now(), nil), nil)
	authenticate := func() error { _, err := o.Authenticate(withToken(token)); return err }

	wantCode(t, authenticate(), files.CodeUnavailable)
	i.setDown(false)
	wantCode(t, authenticate(), files.CodeUnavailable) // still pausing
	if n := i.fetches.Load(); n != 0 {
		t.Errorf("%d fetches while pausing", n)
	}
	c.pass(firstPause)
	wantCode(t, authenticate(), "")

	// Keys that are there outlive the issuer's absence.
	i.setDown(true)
	c.pass(keysAge + time.Second)
	token = sign(t, key, i.claims(c.Now(), map[string]any{"sub": "bob"}), nil)
	wantCode(t, authenticate(), "")
}

func TestPauseGrows(t *testing.T) {
	i, c := newIssuer(t), newClock()
	i.setDown(true)
	o := newTestOIDC(t, i, c)
	var pauses []time.Duration
	for range 9 {
		_, _ = o.keys.find(t.Context(), "x")
		pauses = append(pauses, o.keys.pause)
		c.pass(o.keys.pause)
	}
	s := time.Second
	if want := []time.Duration{s, 2 * s, 4 * s, 8 * s, 16 * s, 32 * s, 60 * s, 60 * s, 60 * s}; !slices.Equal(pauses, want) {
		t.Errorf("the pauses are %v", pauses)
	}
}

func TestKeySetsAreReadWithCare(t *testing.T) {
	a := private("a", jose.RS256, rsaKey())
	public, _ := json.Marshal(a.Public())
	secret, _ := json.Marshal(jose.JSONWebKey{Key: []byte("shared"), KeyID: "oct"})
	whole, _ := json.Marshal(private("b", jose.RS256, rsaKey()))
	encrypts, _ := json.Marshal(jose.JSONWebKey{Key: rsaKey().Public(), KeyID: "c", Use: "enc"})
	body := fmt.Sprintf(`{"keys":[%s,%s,%s,{"kty":"new"},%s]}`, secret, whole, encrypts, public)
	keys, err := parseKeySet([]byte(body))
	if err != nil || len(keys) != 1 || keys[0].KeyID != "a" {
		t.Errorf("keys: %v, %v", keys, err)
	}
	for _, bad := range []string{"", "[]", `{"keys":[]}`, `{"keys":[{"kty":"new"}]}`} {
		if _, err := parseKeySet([]byte(bad)); err == nil {
			t.Errorf("%q was read", bad)
		}
	}
}

// A short key can be broken: RFC 7518, section 3.3, takes 2048 bits and more.
func TestShortKeysAreNone(t *testing.T) {
	weak, err := rsa.GenerateKey(rand.Reader, 1024)
	if err != nil {
		t.Fatal(err)
	}
	short, good := private("short", jose.RS256, weak), private("good", jose.RS256, rsaKey())
	i, c := newIssuer(t, short, good), newClock()
	o := newTestOIDC(t, i, c)
	_, err = o.Authenticate(withToken(sign(t, short, i.claims(c.Now(), nil), nil)))
	wantCode(t, err, files.CodeUnauthenticated)
	short.KeyID = "" // then each key is tried
	_, err = o.Authenticate(withToken(sign(t, short, i.claims(c.Now(), nil), nil)))
	wantCode(t, err, files.CodeUnauthenticated)
	_, err = o.Authenticate(withToken(sign(t, good, i.claims(c.Now(), nil), nil)))
	wantCode(t, err, "")
}
