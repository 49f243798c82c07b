// Package keyring is what the secret of the signing key holds: the key pairs
// that are in use at the edge, and how far a rotation has come. The signingkey
// function writes it, the signers read it.
//
// At most two pairs are in a ring. A pair goes through these states, each with
// the moment it began:
//
//	new       it exists in the secret; its public key is being made in CloudFront
//	added     it is in the key group and on its way to all edges
//	active    signers use it; there is one such pair, or none before the first deployment is done
//	retiring  no signer uses it any more, but URLs that it signed may still be valid
//
// The package does no I/O and uses the standard library only.
package keyring

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"
)

// How old the copy may be that a signer keeps in memory. The retirement of a
// key waits for it, so both sides of the house have it from here.
const (
	// SignerFresh is the age from which a signer reads the secret again, beside
	// its work.
	SignerFresh = 5 * time.Minute
	// SignerMaxAge is the age from which a signer does not sign before it has
	// read the secret again.
	SignerMaxAge = 30 * time.Minute
)

const format = 1

// Status is how far a key pair has come.
type Status string

// The states of a pair, in the order in which it goes through them.
const (
	StatusNew      Status = "new"
	StatusAdded    Status = "added"
	StatusActive   Status = "active"
	StatusRetiring Status = "retiring"
)

// Ring is the content of the secret. The zero Ring is a secret that nothing
// was written to yet.
type Ring struct {
	Format int `json:"format"`
	// Name is the key group's name in CloudFront, and the beginning of the
	// names of its public keys: it says whose ring this is.
	Name       string `json:"name"`
	KeyGroupID string `json:"keyGroupId,omitempty"`
	// Algorithm is what the next pair will be, RotateAfterDays when it is due;
	// 0 days is only on demand.
	Algorithm       Algorithm `json:"algorithm,omitempty"`
	RotateAfterDays int       `json:"rotateAfterDays,omitempty"`
	Keys            []Key     `json:"keys,omitempty"`
	// FormerKeyGroups are the ids of key groups that vanished from CloudFront
	// and were made anew.
	FormerKeyGroups []string `json:"formerKeyGroups,omitempty"`
	// Deleted says that the resource was deleted; Name is then all that is left.
	Deleted bool `json:"deleted,omitempty"`
}

// Key is a pair in a Ring.
type Key struct {
	Fingerprint string    `json:"fingerprint"`         // of the public key, see Generate
	KeyPairID   string    `json:"keyPairId,omitempty"` // CloudFront's; empty while new
	PublicKey   string    `json:"publicKey"`           // PEM of the SubjectPublicKeyInfo
	PrivateKey  string    `json:"privateKey,omitempty"`
	Status      Status    `json:"status"`
	Since       time.Time `json:"since"`
}

// Parse reads the secret's value. An empty value and an empty JSON object give
// the zero Ring, which is how a stack makes the secret. The error says what is
// wrong and quotes nothing of the value.
func Parse(value string) (Ring, error) {
	if value == "" {
		return Ring{}, nil
	}
	var r Ring
	if err := json.Unmarshal([]byte(value), &r); err != nil {
		return Ring{}, errors.New("keyring: the secret holds something else; give the signing key an empty secret of its own")
	}
	if r.Format == 0 && r.Name == "" && len(r.Keys) == 0 {
		return Ring{}, nil
	}
	if r.Format != format {
		return Ring{}, fmt.Errorf("keyring: the secret has format %d, this program knows %d; deploy the version that wrote it, or a later one", r.Format, format)
	}
	active := 0
	for i, k := range r.Keys {
		switch k.Status {
		case StatusActive:
			active++
		case StatusNew, StatusAdded, StatusRetiring:
		default:
			return Ring{}, fmt.Errorf("keyring: keys[%d].status of the secret is none that this program knows", i)
		}
	}
	if active > 1 {
		return Ring{}, errors.New("keyring: the secret has more than one active key; restore the version before")
	}
	return r, nil
}

// Encode returns the value to keep in the secret. The same ring gives the same
// bytes.
func (r Ring) Encode() string {
	r.Format = format
	value, err := json.Marshal(r)
	if err != nil {
		panic("keyring: strings and times cannot fail to encode: " + err.Error())
	}
	return string(value)
}

// Empty reports whether nothing was written to the secret yet.
func (r Ring) Empty() bool { return r.Format == 0 && r.Name == "" }

// Clone returns a copy that shares nothing with r.
func (r Ring) Clone() Ring {
	r.Keys = slices.Clone(r.Keys)
	r.FormerKeyGroups = slices.Clone(r.FormerKeyGroups)
	return r
}

// Active returns the pair that signers use, or nil if there is none yet.
func (r Ring) Active() *Key {
	for i := range r.Keys {
		if r.Keys[i].Status == StatusActive {
			return &r.Keys[i]
		}
	}
	return nil
}
