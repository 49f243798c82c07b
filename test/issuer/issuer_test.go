package issuer

import (
	"context"
	"testing"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
)

// TestTokens checks what the end-to-end tests rely on: an honest verifier takes
// the issuer's tokens, for owners of every spelling, and refuses the others.
func TestTokens(t *testing.T) {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
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
