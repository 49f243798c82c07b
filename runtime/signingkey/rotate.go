package signingkey

import (
	"time"

	"github.com/bytepass/bytepass/runtime/edge"
	"github.com/bytepass/bytepass/runtime/signingkey/keyring"
)

const (
	// Propagation is how long a new public key is in the key group before
	// signers use it: CloudFront tells all edges within minutes.
	Propagation = time.Hour
	// Retirement is how long a key stays in the group after the switch. The
	// last URL is signed with it by a signer whose copy is as old as it may be,
	// and lives as long as it may; the rest is for clocks that differ and for
	// replicas of the secret that lag.
	Retirement = keyring.SignerMaxAge + edge.MaxLife + 45*time.Minute
)

// advance returns the ring after the steps of a rotation that are due at now,
// and what happened in one word, "" if nothing is due. Everything in r must
// already be in CloudFront. It depends on nothing else, but for the new pair
// that it may make.
func advance(r keyring.Ring, now time.Time) (keyring.Ring, string, error) {
	after := r.Clone()
	for i, k := range r.Keys {
		age := now.Sub(k.Since)
		switch {
		case k.Status == keyring.StatusRetiring && age >= Retirement:
			after.Keys = append(after.Keys[:i], after.Keys[i+1:]...)
			return after, "removed", nil
		case k.Status == keyring.StatusAdded && age >= Propagation:
			for j := range after.Keys {
				if after.Keys[j].Status == keyring.StatusActive {
					retire(&after.Keys[j], now)
				}
			}
			after.Keys[i].Status, after.Keys[i].Since = keyring.StatusActive, now
			return after, "switched", nil
		case k.Status == keyring.StatusActive && len(r.Keys) == 1 && due(r, k, age):
			pair, err := keyring.Generate(r.Algorithm, now)
			if err != nil {
				return keyring.Ring{}, "", err
			}
			after.Keys = append(after.Keys, pair)
			return after, "added", nil
		}
	}
	return after, "", nil
}

// due reports whether the only key of a ring is to be replaced.
func due(r keyring.Ring, k keyring.Key, age time.Duration) bool {
	return k.Algorithm() != r.Algorithm || r.RotateAfterDays > 0 && age >= time.Duration(r.RotateAfterDays)*24*time.Hour
}

// retire ends the use of a pair. Its private half has no use any more.
func retire(k *keyring.Key, now time.Time) {
	k.Status, k.Since, k.PrivateKey = keyring.StatusRetiring, now, ""
}

// record returns the ring with what is now in CloudFront written into it: ids,
// and for pairs that have just come into the key group, that they have.
func record(r keyring.Ring, before, after found, now time.Time) keyring.Ring {
	r = r.Clone()
	first := r.Active() == nil
	for i := range r.Keys {
		k := &r.Keys[i]
		k.KeyPairID = after.id(keyName(r.Name, *k), k.KeyPairID)
		switch {
		case k.Status == keyring.StatusNew && first:
			// Nothing trusts the group yet, so nobody has to wait.
			k.Status, k.Since, first = keyring.StatusActive, now, false
		case k.Status == keyring.StatusNew,
			k.Status == keyring.StatusAdded && !before.inGroup(k.KeyPairID):
			k.Status, k.Since = keyring.StatusAdded, now
		}
	}
	if id := after.group.id; id != r.KeyGroupID {
		if r.KeyGroupID != "" {
			r.FormerKeyGroups = append(r.FormerKeyGroups, r.KeyGroupID)
		}
		r.KeyGroupID = id
	}
	return r
}
