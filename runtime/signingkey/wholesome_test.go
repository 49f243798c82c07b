package signingkey_test

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"slices"
	"strings"
	"time"

	"github.com/bytepass/bytepass/runtime/signingkey"
	"github.com/bytepass/bytepass/runtime/signingkey/keyring"
)

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
