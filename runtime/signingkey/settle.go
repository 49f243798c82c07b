package signingkey

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/bytepass/bytepass/runtime/signingkey/keyring"
)

// most is how often settle looks before it gives up: a whole rotation takes
// some ten passes, and every other one means that somebody else was faster.
const most = 40

// settle brings secret and CloudFront to rest: it makes pass after pass until
// one finds nothing to do.
func (m *Manager) settle(ctx context.Context, secret, name string, adjust func(*keyring.Ring) error) (keyring.Ring, error) {
	var last error
	for range most {
		ring, rest, err := m.pass(ctx, secret, name, adjust)
		switch {
		case errors.Is(err, errChanged):
			last = err
			if err := m.sleep(ctx, time.Second); err != nil {
				return keyring.Ring{}, fmt.Errorf("signingkey: %w", err)
			}
		case err != nil:
			return keyring.Ring{}, fmt.Errorf("signingkey: %w", err)
		case rest:
			return ring, nil
		}
	}
	return keyring.Ring{}, fmt.Errorf("signingkey: secret and CloudFront do not come to rest; see what else edits the key group %s: %w", name, last)
}

// pass looks at CloudFront and then at the secret, in this order, changes what
// has to be changed, and reports whether all is at rest.
//
// The order makes it safe against another pass at the same time. A pair is in
// the secret before it is in CloudFront, and none ever comes back into it, so a
// public key that was seen first and is not in the ring that was read
// afterwards was taken out of it, and may go. And the key group is changed only if it still is as it was seen before
// the ring was read: whoever decides from an older ring has seen an older
// group, and is refused.
func (m *Manager) pass(ctx context.Context, secret, name string, adjust func(*keyring.Ring) error) (ring keyring.Ring, rest bool, err error) {
	before, err := m.find(ctx, name)
	if err != nil {
		return keyring.Ring{}, false, err
	}
	current, err := m.load(ctx, secret)
	if err != nil {
		return keyring.Ring{}, false, err
	}
	ring = current.ring.Clone()
	if err := adjust(&ring); err != nil {
		return keyring.Ring{}, false, err
	}
	if ring.Encode() != current.ring.Encode() {
		return ring, false, m.commit(ctx, secret, current, ring)
	}

	if ring.Name != name || ring.Deleted {
		changed, err := m.clear(ctx, before)
		return ring, !changed, err
	}
	after, changed, err := m.supply(ctx, ring, before)
	if err != nil {
		return keyring.Ring{}, false, err
	}
	now := m.seconds()
	ring, event, err := advance(record(ring, before, after, now), now)
	if err != nil {
		return keyring.Ring{}, false, err
	}
	if ring.Encode() == current.ring.Encode() {
		return ring, !changed, nil
	}
	if err := m.commit(ctx, secret, current, ring); err != nil {
		return keyring.Ring{}, false, err
	}
	if event != "" {
		m.log.Info("rotation: a key was "+event, "keyGroup", ring.Name)
	}
	return ring, false, nil
}

// supply brings CloudFront to what the ring says: every pair's public key is
// there, the key group holds exactly those, and others of its name are gone.
func (m *Manager) supply(ctx context.Context, ring keyring.Ring, before found) (after found, changed bool, err error) {
	after = found{group: before.group, keys: slices.Clone(before.keys)}
	var wanted []string
	for _, k := range ring.Keys {
		name := keyName(ring.Name, k)
		id := after.id(name, k.KeyPairID)
		if id == "" {
			if id, err = m.createKey(ctx, ring.Name, k); err != nil {
				return found{}, false, err
			}
			after.keys = append(after.keys, foundKey{id, name})
			changed = true
		}
		wanted = append(wanted, id)
	}
	if before.group == nil || !sameSet(before.group.keys, wanted) {
		id, err := m.setGroup(ctx, ring.Name, before.group, wanted)
		if err != nil {
			return found{}, false, err
		}
		after.group = &group{id: id, keys: wanted}
		changed = true
	}
	for _, k := range before.keys {
		if slices.Contains(wanted, k.id) {
			continue
		}
		if err := m.deleteKey(ctx, k); err != nil {
			return found{}, false, err
		}
		changed = true
	}
	return after, changed, nil
}

// clear deletes all that was found.
func (m *Manager) clear(ctx context.Context, f found) (changed bool, err error) {
	if f.group != nil {
		if err := m.deleteGroup(ctx, f.group); err != nil {
			return false, err
		}
	}
	for _, k := range f.keys {
		if err := m.deleteKey(ctx, k); err != nil {
			return false, err
		}
	}
	return f.group != nil || len(f.keys) > 0, nil
}

// seconds is now to the second, in UTC, as it is kept in the secret.
func (m *Manager) seconds() time.Time { return m.now().UTC().Truncate(time.Second) }

func seconds(n int) time.Duration { return time.Duration(n) * time.Second }

func sameSet(a, b []string) bool {
	a, b = slices.Sorted(slices.Values(a)), slices.Sorted(slices.Values(b))
	return slices.Equal(a, b)
}
