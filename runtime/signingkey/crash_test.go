package signingkey_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/bytepass/bytepass/runtime/signingkey"
	"github.com/bytepass/bytepass/runtime/signingkey/keyring"
)

// invocation is one call of the function.
type invocation func(ctx context.Context, m *signingkey.Manager) error

// scenario is one invocation of the function in a world that was brought to a
// certain moment, and the states of the keys it leaves.
type scenario struct {
	before func(t *testing.T, w *world)
	invoke invocation
	after  []keyring.Status
}

func ensure(s signingkey.Settings) invocation {
	return func(ctx context.Context, m *signingkey.Manager) error {
		_, err := m.Ensure(ctx, secretARN, s)
		return err
	}
}

func rotate(ctx context.Context, m *signingkey.Manager) error { return m.Rotate(ctx, secretARN) }

func rotateNow(ctx context.Context, m *signingkey.Manager) error {
	return m.RotateNow(ctx, secretARN)
}

func revoke(ctx context.Context, m *signingkey.Manager) error { return m.Revoke(ctx, secretARN) }

func remove(ctx context.Context, m *signingkey.Manager) error {
	return m.Remove(ctx, secretARN, name, name)
}

// reach invokes rotate at moments that follow each other after a creation.
func reach(waits ...time.Duration) func(*testing.T, *world) {
	return func(t *testing.T, w *world) {
		t.Helper()
		m := manager(t, &process{world: w})
		must(t, ensure(settings)(t.Context(), m))
		for i, wait := range waits {
			w.elapse(wait)
			if i < len(waits)-1 {
				must(t, rotate(t.Context(), m))
			}
		}
	}
}

func scenarios() map[string]scenario {
	const day = 24 * time.Hour
	sooner := settings
	sooner.RotateAfterDays = 30
	one := []keyring.Status{keyring.StatusActive}
	return map[string]scenario{
		"create":          {func(*testing.T, *world) {}, ensure(settings), one},
		"update":          {reach(40 * day), ensure(sooner), []keyring.Status{keyring.StatusActive, keyring.StatusAdded}},
		"add":             {reach(90 * day), rotate, []keyring.Status{keyring.StatusActive, keyring.StatusAdded}},
		"switch":          {reach(90*day, signingkey.Propagation), rotate, []keyring.Status{keyring.StatusRetiring, keyring.StatusActive}},
		"remove key":      {reach(90*day, signingkey.Propagation, signingkey.Retirement), rotate, one},
		"revoke":          {reach(), revoke, one},
		"revoke rotating": {reach(90*day, signingkey.Propagation, 0), revoke, one},
		"rotate now":      {reach(), rotateNow, []keyring.Status{keyring.StatusActive, keyring.StatusAdded}},
		"delete":          {reach(), remove, []keyring.Status{}},
		"delete rotating": {reach(90*day, signingkey.Propagation, 0), remove, []keyring.Status{}},
		"delete nothing":  {func(*testing.T, *world) {}, remove, []keyring.Status{}},
		"create after all": {func(t *testing.T, w *world) {
			reach()(t, w)
			must(t, remove(t.Context(), manager(t, &process{world: w})))
		}, ensure(settings), one},
		"group was lost": {func(t *testing.T, w *world) { reach()(t, w); w.cloudFront.groups = nil }, rotate, one},
	}
}

// everyFault runs f for every call that the scenario makes and every way in
// which that call can fail.
func everyFault(t *testing.T, s scenario, f func(t *testing.T, w *world, p *process)) {
	t.Helper()
	w := newWorld()
	s.before(t, w)
	before := w.calls
	must(t, s.invoke(t.Context(), manager(t, &process{world: w})))
	calls := w.calls - before
	if calls < 4 {
		t.Fatalf("the scenario makes only %d calls", calls)
	}
	for at := 1; at <= calls; at++ {
		for _, fare := range []fate{notArrived, answerLost} {
			for _, survives := range []bool{false, true} {
				t.Run(fmt.Sprintf("call %d fate %d survives %t", at, fare, survives), func(t *testing.T) {
					w := newWorld()
					s.before(t, w)
					first := w.calls
					w.onCall = func(number int, _ string) fate {
						if number == first+at {
							return fare
						}
						return pass
					}
					f(t, w, &process{world: w, survives: survives})
				})
			}
		}
	}
}

// TestCrashAnywhere interrupts every scenario at every call, then repeats the
// invocation: the end is as if nothing had happened.
func TestCrashAnywhere(t *testing.T) {
	for what, s := range scenarios() {
		t.Run(what, func(t *testing.T) {
			everyFault(t, s, func(t *testing.T, w *world, p *process) {
				err := s.invoke(t.Context(), manager(t, p))
				if err != nil && !errors.Is(err, errFault) {
					t.Fatalf("the fault became another error: %v", err)
				}
				w.onCall = nil
				must(t, s.invoke(t.Context(), manager(t, &process{world: w})))
				w.wholesome(t, s.after...)
			})
		})
	}
}

// TestRollback interrupts every scenario at every call and deletes what there
// is, as CloudFormation does when a creation or an update fails for good:
// nothing is left.
func TestRollback(t *testing.T) {
	for what, s := range scenarios() {
		t.Run(what, func(t *testing.T) {
			everyFault(t, s, func(t *testing.T, w *world, p *process) {
				_ = s.invoke(t.Context(), manager(t, p)) // whether it fails is the other test's subject
				w.onCall = nil
				must(t, remove(t.Context(), manager(t, &process{world: w})))
				w.wholesome(t)
			})
		})
	}
}

// TestFaultAfterFault interrupts the repetitions too, each a call later than
// the one before.
func TestFaultAfterFault(t *testing.T) {
	for what, s := range scenarios() {
		t.Run(what, func(t *testing.T) {
			everyFault(t, s, func(t *testing.T, w *world, p *process) {
				_ = s.invoke(t.Context(), manager(t, p))
				for at := 1; at <= 12; at++ {
					start := w.calls
					w.onCall = func(number int, _ string) fate {
						if number == start+at {
							return answerLost
						}
						return pass
					}
					_ = s.invoke(t.Context(), manager(t, &process{world: w}))
				}
				w.onCall = nil
				must(t, s.invoke(t.Context(), manager(t, &process{world: w})))
				w.wholesome(t, s.after...)
			})
		})
	}
}
