package signingkey_test

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/bytepass/bytepass/runtime/edge"
	"github.com/bytepass/bytepass/runtime/signingkey"
	"github.com/bytepass/bytepass/runtime/signingkey/keyring"
)

const name = "bytepass-0123456789abcdef0123"

var settings = signingkey.Settings{Name: name, Algorithm: keyring.ECDSAP256, RotateAfterDays: 90}

// failer is what *testing.T and *rapid.T have in common here.
type failer interface {
	Helper()
	Fatalf(format string, args ...any)
}

// manager is the Manager of one process.
func manager(t failer, p *process) *signingkey.Manager {
	t.Helper()
	m, err := signingkey.New(signingkey.Config{
		CloudFront: p, Secrets: p, Now: p.clock,
		Sleep: func(ctx context.Context, _ time.Duration) error { return ctx.Err() },
		Log:   slog.New(slog.NewJSONHandler(io.Discard, nil)),
	})
	if err != nil {
		t.Fatalf("%v", err)
	}
	return m
}

// wholesome fails unless secret and CloudFront agree to the last item: the
// ring's keys have these states, each has its public key, the group holds
// exactly those, and nothing else is there.
func (w *world) wholesome(t failer, states ...keyring.Status) keyring.Ring {
	t.Helper()
	if err := w.disorder(states...); err != nil {
		t.Fatalf("%v\ncalls: %s", err, strings.Join(w.log, " "))
	}
	ring, _ := keyring.Parse(w.secret.current())
	return ring
}

func (w *world) disorder(states ...keyring.Status) error {
	ring, err := keyring.Parse(w.secret.current())
	if err != nil {
		return err
	}
	var (
		got []keyring.Status
		ids []string
	)
	for _, k := range ring.Keys {
		got = append(got, k.Status)
		ids = append(ids, k.KeyPairID)
		public := w.cloudFront.key(k.KeyPairID)
		if public == nil || *public.config.EncodedKey != k.PublicKey {
			return fmt.Errorf("the public key %q of the ring is not in CloudFront", k.KeyPairID)
		}
		if hasPrivate := k.PrivateKey != ""; hasPrivate != (k.Status != keyring.StatusRetiring) {
			return fmt.Errorf("a %s key has a private half: %t", k.Status, hasPrivate)
		}
	}
	if states != nil && !slices.Equal(got, states) {
		return fmt.Errorf("the keys are %v, want %v", got, states)
	}
	if len(ring.Keys) == 0 {
		if n := len(w.cloudFront.keys) + len(w.cloudFront.groups); n > 0 {
			return fmt.Errorf("%d things are left in CloudFront", n)
		}
		return nil
	}
	if ring.Active() == nil {
		return fmt.Errorf("no key is active: %v", got)
	}
	if len(w.cloudFront.groups) != 1 || len(w.cloudFront.keys) != len(ids) {
		return fmt.Errorf("%d groups and %d public keys in CloudFront, want 1 and %d", len(w.cloudFront.groups), len(w.cloudFront.keys), len(ids))
	}
	g := w.cloudFront.groups[0]
	if g.id != ring.KeyGroupID || *g.config.Name != ring.Name || !slices.Equal(slices.Sorted(slices.Values(g.config.Items)), slices.Sorted(slices.Values(ids))) {
		return fmt.Errorf("the group %s %s holds %v, want %s %s with %v", g.id, *g.config.Name, g.config.Items, ring.KeyGroupID, ring.Name, ids)
	}
	return nil
}

func must(t failer, err error) {
	t.Helper()
	if err != nil {
		t.Fatalf("%v", err)
	}
}

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

func TestHandEdits(t *testing.T) {
	ctx := t.Context()
	for what, edit := range map[string]func(w *world){
		"the group is gone":       func(w *world) { w.cloudFront.groups = nil },
		"all is gone":             func(w *world) { w.cloudFront.groups, w.cloudFront.keys = nil, nil },
		"a leftover key":          func(w *world) { w.orphan(name + "-00000000000000000000") },
		"a foreign key in it":     func(w *world) { w.join(w.orphan(name + "-1")) },
		"a key left the group":    func(w *world) { w.cloudFront.groups[0].config.Items[0] = w.orphan(name + "-2") },
		"deletions lag":           func(w *world) { w.orphan(name + "-3"); w.cloudFront.lagging = 3 },
		"nothing but a new etag":  func(w *world) { w.cloudFront.groups[0].etag = "E0" },
		"the secret was restored": func(w *world) { w.secret.move("AWSCURRENT", w.secret.stages["AWSPREVIOUS"]) },
	} {
		t.Run(what, func(t *testing.T) {
			w := newWorld()
			m := manager(t, &process{world: w})
			_, err := m.Ensure(ctx, secretARN, settings)
			must(t, err)
			edit(w)
			must(t, m.Rotate(ctx, secretARN))
			w.wholesome(t, keyring.StatusActive)
		})
	}

	t.Run("others are left alone", func(t *testing.T) {
		w := newWorld()
		m := manager(t, &process{world: w})
		other := w.orphan("bytepass-another-1")
		w.orphan(name) // the name of our group is not one of our keys'
		id, err := m.Ensure(ctx, secretARN, settings)
		must(t, err)
		must(t, m.Remove(ctx, secretARN, name, id))
		if len(w.cloudFront.keys) != 2 || w.cloudFront.keys[0].id != other {
			t.Errorf("%d foreign keys are left, want 2", len(w.cloudFront.keys))
		}
	})

	t.Run("a key that something else uses", func(t *testing.T) {
		w := newWorld()
		m := manager(t, &process{world: w})
		_, err := m.Ensure(ctx, secretARN, settings)
		must(t, err)
		w.cloudFront.lagging = 100
		id := w.orphan(name + "-4")
		if err := m.Rotate(ctx, secretARN); err == nil || !strings.Contains(err.Error(), id) {
			t.Errorf("got %v, want an error that names %s", err, id)
		}
	})
}

// orphan puts a public key into CloudFront that no ring knows.
func (w *world) orphan(name string) (id string) {
	pair, err := keyring.Generate(keyring.ECDSAP256, w.now)
	if err != nil {
		panic(err)
	}
	k := &publicKey{id: w.cloudFront.next("K"), etag: w.cloudFront.next("E")}
	k.config.Name, k.config.CallerReference, k.config.EncodedKey = &name, &name, &pair.PublicKey
	w.cloudFront.keys = append(w.cloudFront.keys, k)
	return k.id
}

// join puts a public key into the first group, as somebody with a console would.
func (w *world) join(id string) {
	g := w.cloudFront.groups[0]
	g.etag = w.cloudFront.next("E")
	config := g.config
	config.Items = append(slices.Clone(config.Items), id)
	g.set(config, w.now)
}

func TestRemove(t *testing.T) {
	ctx := t.Context()
	setUp := func(t *testing.T) (*world, *signingkey.Manager, string) {
		w := newWorld()
		m := manager(t, &process{world: w})
		id, err := m.Ensure(ctx, secretARN, settings)
		must(t, err)
		return w, m, id
	}
	t.Run("the secret is gone first", func(t *testing.T) {
		w, m, id := setUp(t)
		w.secret.gone = true
		must(t, m.Remove(ctx, secretARN, name, id))
		if n := len(w.cloudFront.keys) + len(w.cloudFront.groups); n > 0 {
			t.Errorf("%d things are left", n)
		}
	})
	t.Run("a distribution still trusts the group", func(t *testing.T) {
		w, m, id := setUp(t)
		w.cloudFront.trusted = id
		if err := m.Remove(ctx, secretARN, name, id); err == nil || !strings.Contains(err.Error(), id) {
			t.Errorf("got %v, want an error that names the group", err)
		}
		w.cloudFront.trusted = ""
		must(t, m.Remove(ctx, secretARN, name, id))
		w.wholesome(t)
	})
	t.Run("a group that was replaced", func(t *testing.T) {
		w, m, old := setUp(t)
		w.cloudFront.groups = nil
		id, err := m.Ensure(ctx, secretARN, settings)
		must(t, err)
		if id == old {
			t.Fatal("the new group has the old id")
		}
		must(t, m.Remove(ctx, secretARN, name, old)) // CloudFormation cleans the old one up
		w.wholesome(t, keyring.StatusActive)
		must(t, m.Remove(ctx, secretARN, name, id))
		w.wholesome(t)
	})
	t.Run("a secret of another key group", func(t *testing.T) {
		w, m, _ := setUp(t)
		other := signingkey.Settings{Name: "bytepass-other", Algorithm: keyring.ECDSAP256}
		if _, err := m.Ensure(ctx, secretARN, other); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("got %v, want an error that names the owner", err)
		}
		must(t, m.Remove(ctx, secretARN, other.Name, other.Name)) // the rollback
		w.wholesome(t, keyring.StatusActive)
	})
	t.Run("a secret of somebody else", func(t *testing.T) {
		w := newWorld()
		w.secret.versions["v1"] = "s3cret"
		w.secret.move("AWSCURRENT", "v1")
		m := manager(t, &process{world: w})
		if _, err := m.Ensure(ctx, secretARN, settings); err == nil || strings.Contains(err.Error(), "s3cret") {
			t.Errorf("got %v, want an error that quotes nothing", err)
		}
		if w.secret.current() != "s3cret" {
			t.Error("the secret was overwritten")
		}
	})
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
