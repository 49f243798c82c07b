package edge

import (
	"context"
	"crypto"
)

// Key is a key pair that CloudFront knows.
type Key struct {
	// PairID is the id of the public key in CloudFront, such as K2JCJMDEHXQW5F.
	PairID string
	// Signer holds the private half: ECDSA P-256 or RSA-2048, safe for
	// concurrent use.
	Signer crypto.Signer
}

// KeySource hands out the key to sign with.
//
// Key is called for every signature, concurrently, so it has to answer from
// memory but for the first time and for the rare renewal. The key must be in a
// key group that the distribution trusts, and stay there until every URL that
// was signed with it has expired.
type KeySource interface {
	Key(ctx context.Context) (Key, error)
}

// Fixed is the KeySource of one key that never changes.
type Fixed Key

// Key returns the key.
func (f Fixed) Key(context.Context) (Key, error) { return Key(f), nil }
