package signingkey

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/bytepass/bytepass/runtime/signingkey/keyring"
)

// Config is what a Manager is made of; every field is required.
type Config struct {
	CloudFront CloudFront
	Secrets    Secrets
	Now        func() time.Time
	// Sleep waits, or returns ctx's error when ctx ends first.
	Sleep func(ctx context.Context, d time.Duration) error
	Log   *slog.Logger
}

// Manager keeps key pairs: the private halves in a secret, the public ones and
// their key group in CloudFront. It keeps no state of its own. Every method may
// be interrupted anywhere and repeated, and may run at the same time as any
// other, in other processes too.
type Manager struct {
	cloudFront CloudFront
	secrets    Secrets
	now        func() time.Time
	sleep      func(context.Context, time.Duration) error
	log        *slog.Logger
}

// New returns a Manager. The error names the field that is missing.
func New(c Config) (*Manager, error) {
	switch {
	case c.CloudFront == nil:
		return nil, errors.New("signingkey: CloudFront is missing")
	case c.Secrets == nil:
		return nil, errors.New("signingkey: Secrets is missing")
	case c.Now == nil:
		return nil, errors.New("signingkey: Now is missing")
	case c.Sleep == nil:
		return nil, errors.New("signingkey: Sleep is missing")
	case c.Log == nil:
		return nil, errors.New("signingkey: Log is missing")
	}
	return &Manager{cloudFront: c.CloudFront, secrets: c.Secrets, now: c.Now, sleep: c.Sleep, log: c.Log}, nil
}

// Settings is what a ring should be.
type Settings struct {
	// Name is the key group's, unique in the account: see Name.
	Name            string
	Algorithm       keyring.Algorithm
	RotateAfterDays int // 0 is only on demand
}

// Ensure makes the key pair, its public key and its key group, or what is
// missing of them, and takes new settings over; another algorithm begins a
// rotation. It returns the key group's id. The error says that the secret
// belongs to another key group or what failed at AWS.
func (m *Manager) Ensure(ctx context.Context, secret string, s Settings) (keyGroupID string, err error) {
	ring, err := m.settle(ctx, secret, s.Name, func(r *keyring.Ring) error {
		if r.Empty() || r.Deleted {
			k, err := keyring.Generate(s.Algorithm, m.seconds())
			if err != nil {
				return err
			}
			*r = keyring.Ring{Format: r.Format, Name: s.Name, Keys: []keyring.Key{k}}
		}
		if r.Name != s.Name {
			return fmt.Errorf("signingkey: the secret belongs to the key group %s; give each signing key a secret of its own", r.Name)
		}
		r.Algorithm, r.RotateAfterDays = s.Algorithm, s.RotateAfterDays
		return nil
	})
	return ring.KeyGroupID, err
}

// Rotate takes the steps of a rotation that are due, and puts right what
// somebody changed in CloudFront by hand. A secret that no key was made in yet,
// or whose key was deleted, is left alone.
func (m *Manager) Rotate(ctx context.Context, secret string) error {
	current, err := m.load(ctx, secret)
	if err != nil {
		return fmt.Errorf("signingkey: %w", err)
	}
	if current.ring.Empty() {
		m.log.Info("the secret holds no key yet: nothing to rotate")
		return nil
	}
	_, err = m.settle(ctx, secret, current.ring.Name, func(*keyring.Ring) error { return nil })
	return err
}

// RotateNow begins a rotation whether or not one is due, unless one is under
// way, and is Rotate otherwise.
func (m *Manager) RotateNow(ctx context.Context, secret string) error {
	return m.withNewPair(ctx, secret, func(r *keyring.Ring, k keyring.Key) {
		if len(r.Keys) == 1 {
			r.Keys = append(r.Keys, k)
		}
	})
}

// Revoke replaces all keys by a new one at once, for a key that has leaked:
// every URL that was signed before stops working, and new ones work as soon as
// the edges know the new key.
func (m *Manager) Revoke(ctx context.Context, secret string) error {
	return m.withNewPair(ctx, secret, func(r *keyring.Ring, k keyring.Key) { r.Keys = []keyring.Key{k} })
}

// withNewPair lets put decide what becomes of a new pair, and rotates. Each
// attempt makes another pair: one that may have been in the ring before never
// comes back (see pass).
func (m *Manager) withNewPair(ctx context.Context, secret string, put func(*keyring.Ring, keyring.Key)) error {
	for range most {
		current, err := m.load(ctx, secret)
		if err != nil {
			return fmt.Errorf("signingkey: %w", err)
		}
		ring := current.ring.Clone()
		if ring.Empty() || ring.Deleted {
			break
		}
		pair, err := keyring.Generate(ring.Algorithm, m.seconds())
		if err != nil {
			return fmt.Errorf("signingkey: %w", err)
		}
		if put(&ring, pair); ring.Encode() == current.ring.Encode() {
			break
		}
		err = m.commit(ctx, secret, current, ring)
		if err == nil {
			break
		}
		if !errors.Is(err, errChanged) {
			return fmt.Errorf("signingkey: %w", err)
		}
	}
	return m.Rotate(ctx, secret)
}
