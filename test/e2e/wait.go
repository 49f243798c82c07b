package e2e

import (
	"fmt"
	"time"
)

// patience is how long a case waits for what has to come. It is no target: a
// machine may be busy with other things.
const patience = 3 * time.Minute

// Eventually asks again and again until check returns nil, at most as long as
// the world is patient, and returns how long it took.
func (w *World) Eventually(t T, what string, check func() error) time.Duration {
	t.Helper()
	start := time.Now()
	for {
		err := check()
		took := time.Since(start)
		if err == nil {
			return took
		}
		if took > w.patience {
			t.Fatalf("%s: not within %v: %v", what, w.patience, err)
		}
		time.Sleep(20 * time.Millisecond)
	}
}

// Arrives waits until exactly these keys are below the case's folder.
func (w *World) Arrives(t T, owner string, keys ...string) time.Duration {
	t.Helper()
	return w.Eventually(t, "the list of "+w.folder, func() error {
		var got []string
		for _, r := range w.Listed(t, owner, w.folder) {
			got = append(got, r.Key)
		}
		return sameKeys(got, keys)
	})
}

// sameKeys compares the keys of a list, in byte order, with those wanted, in any.
func sameKeys(got, want []string) error {
	want = sorted(want)
	if len(got) != len(want) {
		return fmt.Errorf("%d keys: %q, want %d: %q", len(got), got, len(want), want)
	}
	for i := range got {
		if got[i] != want[i] {
			return fmt.Errorf("%q is listed where %q is to be", got[i], want[i])
		}
	}
	return nil
}
