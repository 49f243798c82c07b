package signingkey_test

import (
	"context"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/bytepass/bytepass/runtime/edge"
	"github.com/bytepass/bytepass/runtime/signingkey"
	"github.com/bytepass/bytepass/runtime/signingkey/keyring"
)

const name = "bytepass-0123456789abcdef0123"

var settings = signingkey.Settings{Name: name, Algorithm: keyring.ECDSAP256, RotateAfterDays: 90}

func TestLifecycle(t *testing.T) {
	w, ctx := newWorld(), t.Context()
	m := manager(t, &process{world: w})

	must(t, m.Rotate(ctx, secretARN)) // the schedule may fire before the creation
	id, err := m.Ensure(ctx, secretARN, settings)
	must(t, err)
	first := w.wholesome(t, keyring.StatusActive)
	if id != first.KeyGroupID {
		t.Errorf("the id is %s, the group's %s", id, first.KeyGroupID)
	}

	etag := w.cloudFront.groups[0].etag
	again, err := m.Ensure(ctx, secretARN, settings)
	must(t, err)
	must(t, m.Rotate(ctx, secretARN))
	if ring := w.wholesome(t, keyring.StatusActive); again != id || w.cloudFront.groups[0].etag != etag || ring.Encode() != first.Encode() {
		t.Error("repeating it changed something")
	}

	must(t, m.Remove(ctx, secretARN, name, id))
	w.wholesome(t)
	if strings.Contains(w.secret.current(), "PRIVATE") {
		t.Error("the secret still holds a private key")
	}
	must(t, m.Remove(ctx, secretARN, name, id))
	must(t, m.Rotate(ctx, secretARN))
	w.wholesome(t)

	_, err = m.Ensure(ctx, secretARN, settings)
	must(t, err)
	if second := w.wholesome(t, keyring.StatusActive); second.Keys[0].Fingerprint == first.Keys[0].Fingerprint {
		t.Error("a new creation uses the old pair")
	}
}

func TestRotation(t *testing.T) {
	w, ctx := newWorld(), t.Context()
	m := manager(t, &process{world: w})
	_, err := m.Ensure(ctx, secretARN, settings)
	must(t, err)
	step := func(after time.Duration, states ...keyring.Status) keyring.Ring {
		t.Helper()
		w.elapse(after)
		must(t, m.Rotate(ctx, secretARN))
		must(t, m.Rotate(ctx, secretARN))
		return w.wholesome(t, states...)
	}
	old := step(90*24*time.Hour-time.Second, keyring.StatusActive)
	step(time.Second, keyring.StatusActive, keyring.StatusAdded)
	step(signingkey.Propagation-time.Second, keyring.StatusActive, keyring.StatusAdded)
	step(time.Second, keyring.StatusRetiring, keyring.StatusActive)
	step(signingkey.Retirement-time.Second, keyring.StatusRetiring, keyring.StatusActive)
	done := step(time.Second, keyring.StatusActive)
	if done.Keys[0].KeyPairID == old.Keys[0].KeyPairID || done.KeyGroupID != old.KeyGroupID {
		t.Error("the key is the same, or the group another")
	}
	step(time.Hour, keyring.StatusActive)

	must(t, m.RotateNow(ctx, secretARN))
	must(t, m.RotateNow(ctx, secretARN)) // under way already
	w.wholesome(t, keyring.StatusActive, keyring.StatusAdded)

	must(t, m.Revoke(ctx, secretARN))
	revoked := w.wholesome(t, keyring.StatusActive)
	if revoked.Keys[0].Fingerprint == done.Keys[0].Fingerprint {
		t.Error("the revoked key is still there")
	}

	rsa := settings
	rsa.Algorithm = keyring.RSA2048
	_, err = m.Ensure(ctx, secretARN, rsa)
	must(t, err)
	if ring := w.wholesome(t, keyring.StatusActive, keyring.StatusAdded); ring.Keys[1].Algorithm() != keyring.RSA2048 {
		t.Error("another algorithm did not begin a rotation")
	}
}

func TestNeverRotatesUnlessAsked(t *testing.T) {
	w, ctx := newWorld(), t.Context()
	m := manager(t, &process{world: w})
	_, err := m.Ensure(ctx, secretARN, signingkey.Settings{Name: name, Algorithm: keyring.ECDSAP256})
	must(t, err)
	w.elapse(10 * 365 * 24 * time.Hour)
	must(t, m.Rotate(ctx, secretARN))
	w.wholesome(t, keyring.StatusActive)
}

// TestWaits holds the waits against what they wait for.
func TestWaits(t *testing.T) {
	if signingkey.Retirement < keyring.SignerMaxAge+edge.MaxLife {
		t.Errorf("a key is retired for %v; a copy of %v may still sign a URL of %v", signingkey.Retirement, keyring.SignerMaxAge, edge.MaxLife)
	}
	if keyring.SignerFresh >= keyring.SignerMaxAge {
		t.Error("a copy is too old before it is read again")
	}
}

func TestNewNamesWhatIsMissing(t *testing.T) {
	p := &process{world: newWorld()}
	whole := signingkey.Config{
		CloudFront: p, Secrets: p, Now: time.Now, Log: slog.Default(),
		Sleep: func(context.Context, time.Duration) error { return nil },
	}
	for field, without := range map[string]func(*signingkey.Config){
		"CloudFront": func(c *signingkey.Config) { c.CloudFront = nil },
		"Secrets":    func(c *signingkey.Config) { c.Secrets = nil },
		"Now":        func(c *signingkey.Config) { c.Now = nil },
		"Sleep":      func(c *signingkey.Config) { c.Sleep = nil },
		"Log":        func(c *signingkey.Config) { c.Log = nil },
	} {
		c := whole
		without(&c)
		if _, err := signingkey.New(c); err == nil || !strings.Contains(err.Error(), field) {
			t.Errorf("got %v, want an error that names %s", err, field)
		}
	}
}
