package uploads

import (
	"context"
	"sync"
	"testing"
)

func TestQueue(t *testing.T) {
	var q queue
	var inside, most int
	var wg sync.WaitGroup
	for range 50 {
		wg.Go(func() {
			leave, err := q.enter(t.Context(), "a")
			if err != nil {
				t.Error(err)
				return
			}
			inside++ // nobody else may be here: the race detector looks, too
			most = max(most, inside)
			inside--
			leave()
		})
	}
	wg.Wait()
	if most != 1 || len(q.lines) != 0 {
		t.Errorf("%d were inside at once, %d lines are left", most, len(q.lines))
	}
}

func TestQueueGivesUp(t *testing.T) {
	var q queue
	leave, err := q.enter(t.Context(), "a")
	if err != nil {
		t.Fatal(err)
	}
	other, err := q.enter(t.Context(), "b")
	if err != nil {
		t.Fatal(err)
	}
	other()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := q.enter(ctx, "a"); err == nil {
		t.Error("two are inside")
	}
	leave()
	if leave, err = q.enter(t.Context(), "a"); err != nil {
		t.Fatal(err)
	}
	leave()
	if len(q.lines) != 0 {
		t.Errorf("%d lines are left", len(q.lines))
	}
}
