package signingkey_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/bytepass/bytepass/runtime/signingkey"
)

// deployed is a world with a distribution that trusts the key group, after the
// edges have heard of it, and with downloads going on.
func deployed(t failer, s signingkey.Settings) (*world, *traffic) {
	t.Helper()
	w := newWorld()
	id, err := manager(t, &process{world: w}).Ensure(context.Background(), secretARN, s)
	must(t, err)
	w.cloudFront.trusted = id
	w.elapse(edgeLag)
	downloads, err := newTraffic(w)
	must(t, err)
	return w, downloads
}

// TestDownloadsSurviveRotation rotates every day for a week, with a schedule of
// ten minutes so that every step comes as early as it may, while signers with
// copies of every age sign URLs of the longest life. After every single call to
// AWS, every URL that has not expired works.
func TestDownloadsSurviveRotation(t *testing.T) {
	daily := settings
	daily.RotateAfterDays = 1
	w, downloads := deployed(t, daily)
	w.afterCall = func(call string) {
		if err := downloads.check(); err != nil {
			t.Fatalf("after %s: %v", call, err)
		}
	}
	m := manager(t, &process{world: w})
	used := map[string]bool{}
	for range 7 * 24 * 6 {
		must(t, downloads.sign())
		w.elapse(10 * time.Minute)
		must(t, m.Rotate(t.Context(), secretARN))
		ring := w.wholesome(t)
		used[ring.Active().KeyPairID] = true
		if len(ring.Keys) > 2 {
			t.Fatalf("%d keys in the ring", len(ring.Keys))
		}
	}
	if len(used) < 6 {
		t.Errorf("%d keys were used in a week of daily rotation", len(used))
	}
}

// TestTrafficTestCanFail shows that the check above sees a key that leaves or
// is used too early.
func TestTrafficTestCanFail(t *testing.T) {
	w, downloads := deployed(t, settings)
	must(t, downloads.sign())
	must(t, manager(t, &process{world: w}).Revoke(t.Context(), secretARN))
	if downloads.check() == nil {
		t.Error("URLs of a revoked key still work")
	}
	fresh := &traffic{world: w, signers: downloads.signers[:1]}
	if fresh.sign() == nil {
		t.Error("a key works before the edges know it")
	}
	w.elapse(edgeLag)
	must(t, fresh.check())
}

// TestRandomLife lets hours pass at random, with faults in random calls of
// random invocations, and somebody's edits by hand in between. Downloads never
// break, and one undisturbed run a while later leaves everything in order.
func TestRandomLife(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := settings
		s.RotateAfterDays = rapid.IntRange(0, 3).Draw(t, "days")
		w, downloads := deployed(t, s)
		w.afterCall = func(call string) {
			if err := downloads.check(); err != nil {
				t.Fatalf("after %s: %v", call, err)
			}
		}
		invocations := map[string]invocation{
			"rotate":     rotate,
			"update":     ensure(s),
			"rotate now": rotateNow,
		}
		edits := map[string]func(){
			"leftover key":    func() { w.orphan(name + "-" + fmt.Sprint(w.calls)) },
			"foreign key":     func() { w.join(w.orphan("console-" + fmt.Sprint(w.calls))) },
			"lagging":         func() { w.cloudFront.lagging = 2 },
			"no hand is laid": func() {},
		}
		for range rapid.IntRange(1, 10).Draw(t, "steps") {
			must(t, downloads.sign())
			for range rapid.IntRange(0, 30).Draw(t, "tens of minutes") {
				w.elapse(10 * time.Minute)
				must(t, downloads.sign())
			}
			edits[draw(t, "edit", edits)]()
			at := w.calls + rapid.IntRange(1, 25).Draw(t, "fault at")
			fare := fate(rapid.IntRange(int(pass), int(answerLost)).Draw(t, "fate"))
			w.onCall = func(number int, _ string) fate {
				if number == at {
					return fare
				}
				return pass
			}
			p := &process{world: w, survives: rapid.Bool().Draw(t, "survives")}
			_ = invocations[draw(t, "invocation", invocations)](context.Background(), manager(t, p))
			w.onCall = nil
		}
		w.elapse(time.Hour)
		must(t, rotate(context.Background(), manager(t, &process{world: w})))
		w.ours(t)
	})
}

// ours is wholesome but for keys that others made.
func (w *world) ours(t failer) {
	t.Helper()
	var mine []*publicKey
	for _, k := range w.cloudFront.keys {
		if len(*k.config.Name) > len(name) && (*k.config.Name)[:len(name)] == name {
			mine = append(mine, k)
		}
	}
	w.cloudFront.keys = mine
	w.wholesome(t)
}

func draw[V any](t *rapid.T, label string, from map[string]V) string {
	return rapid.SampledFrom(sortedKeys(from)).Draw(t, label)
}

// TestSlowCopy stops one invocation before each of its calls, lets another run
// from start to end, and goes on: what was decided from an old view is refused
// or does no harm.
func TestSlowCopy(t *testing.T) {
	ctx := context.Background()
	for slowly, slow := range scenarios() {
		for fast, meanwhile := range map[string]invocation{
			"rotate": rotate, "rotate now": rotateNow, "revoke": revoke, "delete": remove,
		} {
			t.Run(slowly+" while "+fast, func(t *testing.T) {
				for at := 1; ; at++ {
					w := newWorld()
					slow.before(t, w)
					first, stopped := w.calls, false
					p := &process{world: w, turn: func() fate {
						if w.calls-first == at-1 && !stopped {
							stopped = true
							must(t, meanwhile(ctx, manager(t, &process{world: w})))
						}
						return pass
					}}
					if err := slow.invoke(ctx, manager(t, p)); err != nil {
						t.Fatalf("stopped before call %d: %v\ncalls: %v", at, err, w.log[first:])
					}
					w.wholesome(t)
					if !stopped {
						return
					}
				}
			})
		}
	}
}
