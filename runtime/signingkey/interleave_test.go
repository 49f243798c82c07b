package signingkey_test

import (
	"context"
	"maps"
	"slices"

	"pgregory.net/rapid"
)

// copyOf is one of several copies of the function that run at the same time.
type copyOf struct {
	label string
	asks  chan struct{} // the copy wants to make a call
	go_   chan fate     // and may, with this fate
	done  chan error
	p     *process
}

// interleave runs copies of the function, each with an invocation that rapid
// draws. Before each call to AWS a copy waits for its turn, and rapid draws
// whose turn it is and whether the copy is killed there. Only one copy runs at
// any moment, so a failure repeats.
func interleave(t *rapid.T, w *world, copies int, invocations map[string]invocation) {
	var waiting []*copyOf
	for range copies {
		c := &copyOf{
			label: draw(t, "invocation", invocations),
			asks:  make(chan struct{}), go_: make(chan fate), done: make(chan error, 1),
		}
		c.p = &process{world: w, turn: func() fate {
			c.asks <- struct{}{}
			return <-c.go_
		}}
		m := manager(t, c.p)
		go func() { c.done <- invocations[c.label](context.Background(), m) }()
		if c.settled(t) {
			continue
		}
		waiting = append(waiting, c)
	}
	for len(waiting) > 0 {
		i := rapid.IntRange(0, len(waiting)-1).Draw(t, "turn")
		fare := pass
		if rapid.IntRange(0, 30).Draw(t, "kill") == 30 {
			fare = rapid.SampledFrom([]fate{notArrived, answerLost}).Draw(t, "fate")
		}
		waiting[i].go_ <- fare
		if waiting[i].settled(t) {
			waiting = slices.Delete(waiting, i, i+1)
		}
	}
}

// settled waits until the copy asks for its next turn, or has returned: then
// it fails the test if there is an error though the copy was not killed.
func (c *copyOf) settled(t *rapid.T) bool {
	select {
	case <-c.asks:
		return false
	case err := <-c.done:
		if err != nil && !c.p.crashed {
			t.Fatalf("%s: %v", c.label, err)
		}
		return true
	}
}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
