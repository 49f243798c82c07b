package signingkey_test

import (
	"context"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/bytepass/bytepass/runtime/signingkey"
	"github.com/bytepass/bytepass/runtime/signingkey/keyring"
)

// TestConcurrent lets several copies of the function run at the same time, in
// every order of their calls that rapid thinks of, and kills some of them.
// Downloads never break, and one undisturbed run leaves everything in order.
func TestConcurrent(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := settings
		s.RotateAfterDays = 1
		w, downloads := deployed(t, s)
		w.afterCall = func(call string) {
			if err := downloads.check(); err != nil {
				t.Fatalf("after %s: %v", call, err)
			}
		}
		rotating := []time.Duration{0, 24 * time.Hour, signingkey.Propagation, signingkey.Retirement, 24 * time.Hour}
		for range rapid.IntRange(1, 4).Draw(t, "rounds") {
			w.elapse(rapid.SampledFrom(rotating).Draw(t, "wait"))
			must(t, downloads.sign())
			interleave(t, w, rapid.IntRange(2, 3).Draw(t, "copies"), map[string]invocation{
				"rotate":     rotate,
				"update":     ensure(s),
				"rotate now": rotateNow,
			})
		}
		must(t, rotate(context.Background(), manager(t, &process{world: w})))
		w.wholesome(t)
	})
}

// TestConcurrentRevocation is the same with revocations, which break downloads
// on purpose.
func TestConcurrentRevocation(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w, _ := deployed(t, settings)
		interleave(t, w, rapid.IntRange(2, 3).Draw(t, "copies"), map[string]invocation{
			"rotate":     rotate,
			"update":     ensure(settings),
			"rotate now": rotateNow,
			"revoke":     revoke,
		})
		must(t, rotate(context.Background(), manager(t, &process{world: w})))
		w.wholesome(t)
	})
}

// TestConcurrentDeletion deletes while other copies run: CloudFormation may
// delete the stack while the schedule's invocation is under way. What a copy
// that was killed may leave is found by the deletion's repetition.
func TestConcurrentDeletion(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := settings
		s.RotateAfterDays = 1
		w, _ := deployed(t, s)
		w.cloudFront.trusted = ""
		w.elapse(24 * time.Hour)
		interleave(t, w, 3, map[string]invocation{"rotate": rotate, "delete": remove})
		must(t, remove(context.Background(), manager(t, &process{world: w})))
		w.wholesome(t, []keyring.Status{}...)
	})
}
