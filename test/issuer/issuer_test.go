package issuer

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"testing"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"github.com/go-jose/go-jose/v4"
)

// patience is how long a test waits for a real issuer. It is no target: a
// machine may be busy with other things.
const patience = 5 * time.Minute

// TestTokens checks what the end-to-end tests rely on: an honest verifier takes
// the issuer's tokens, for owners of every spelling, and refuses the others.
func TestTokens(t *testing.T) {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	owners := []string{"alice", "auth0|x/..", "a b+c%41"}
	is, err := Start(ctx, owners...)
	if err != nil {
		t.Fatal(err)
	}
	defer is.Close()

	provider, err := oidc.NewProvider(ctx, is.URL)
	if err != nil {
		t.Fatal(err)
	}
	verifier := provider.Verifier(&oidc.Config{ClientID: Audience})
	for _, owner := range owners {
		token, err := is.Token(ctx, owner)
		if err != nil {
			t.Fatal(err)
		}
		verified, err := verifier.Verify(ctx, token)
		if err != nil {
			t.Fatalf("the token of %q: %v", owner, err)
		}
		if verified.Subject != owner {
			t.Errorf("the subject is %q, want %q", verified.Subject, owner)
		}
	}

	good, err := is.Sign(is.Claims("alice"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := verifier.Verify(ctx, good); err != nil {
		t.Errorf("a token signed with the issuer's key: %v", err)
	}
	forged, err := Forge(is.Claims("alice"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := verifier.Verify(ctx, forged); err == nil {
		t.Error("a forged token was taken")
	}
}

// TestRotating: the certified issuer's tokens are good behind the front, and
// the front's keys are those that were published last.
func TestRotating(t *testing.T) {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	is, err := StartRotating(ctx, "alice")
	if err != nil {
		t.Fatal(err)
	}
	defer is.Close()
	verify := func(token string) error {
		provider, err := oidc.NewProvider(ctx, is.URL)
		if err != nil {
			t.Fatal(err)
		}
		_, err = provider.Verifier(&oidc.Config{ClientID: Audience}).Verify(ctx, token)
		return err
	}
	token, err := is.Token(ctx, "alice")
	if err != nil {
		t.Fatal(err)
	}
	if err := verify(token); err != nil {
		t.Errorf("the certified issuer's token: %v", err)
	}
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	next := NewKey("next", jose.RS256, key)
	signed, err := SignWith(next, is.Claims("alice"), nil)
	if err != nil {
		t.Fatal(err)
	}
	if verify(signed) == nil {
		t.Error("a key counts before it is published")
	}
	is.Publish(next)
	if err := verify(signed); err != nil {
		t.Errorf("after the rotation: %v", err)
	}
	if verify(token) == nil {
		t.Error("a withdrawn key still counts")
	}
	if n := is.Fetches(); n != 4 {
		t.Errorf("%d fetches were counted, want 4", n)
	}
}
