package signingkey_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/bytepass/bytepass/runtime/signingkey/keyring"
)

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
