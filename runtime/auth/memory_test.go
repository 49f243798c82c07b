package auth

import (
	"fmt"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"

	"github.com/bytepass/bytepass/runtime/files"
)

func TestVerifiedTokensAreRemembered(t *testing.T) {
	key := private("key", jose.RS256, rsaKey())
	i, c := newIssuer(t, key), newClock()
	o := newTestOIDC(t, i, c)
	r := withToken(sign(t, key, i.claims(c.Now(), nil), nil))
	if _, err := o.Authenticate(r); err != nil {
		t.Fatal(err)
	}
	o.keys.keys = nil // nothing could verify it now
	if _, err := o.Authenticate(r); err != nil {
		t.Errorf("the token was not remembered: %v", err)
	}
	c.pass(time.Hour + skew + time.Second)
	_, err := o.Authenticate(r)
	wantCode(t, err, files.CodeUnauthenticated)
}

func TestMemoryIsBounded(t *testing.T) {
	m, now := newMemory(10), time.Unix(0, 0)
	for n := range 1000 {
		m.put(tokenID(fmt.Sprint(n)), Principal{Owner: fmt.Sprint(n)}, now.Add(time.Hour))
		if p, ok := m.get(tokenID("0"), now); !ok || p.Owner != "0" {
			t.Fatalf("what is used all the time was forgotten after %d", n)
		}
	}
	if n := len(m.young) + len(m.old); n > 20 {
		t.Errorf("%d tokens are remembered", n)
	}
	if _, ok := m.get(tokenID("500"), now); ok {
		t.Error("what nobody used is still there")
	}
	if _, ok := m.get(tokenID("0"), now.Add(time.Hour)); ok {
		t.Error("an expired token was remembered")
	}
}
