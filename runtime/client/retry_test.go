package client

import (
	"context"
	"errors"
	"testing"
	"time"
)

func TestRetry(t *testing.T) {
	boom := errors.New("boom")
	clock := time.Unix(0, 0)
	r := Retry{Patience: time.Minute, First: time.Microsecond, Longest: time.Microsecond, Now: func() time.Time {
		clock = clock.Add(time.Second)
		return clock
	}}
	calls := 0
	if err := r.Do(t.Context(), func() error { calls++; return Temporary(boom, 0) }); !errors.Is(err, boom) || calls < 10 || calls > 60 {
		t.Errorf("%d calls in a minute, %v", calls, err)
	}
	calls = 0
	if err := r.Do(t.Context(), func() error { calls++; return boom }); !errors.Is(err, boom) || calls != 1 {
		t.Errorf("%d calls of what is final, %v", calls, err)
	}
	if err := r.Do(t.Context(), func() error { return Temporary(boom, time.Hour) }); !errors.Is(err, boom) {
		t.Errorf("a pause beyond the patience: %v", err)
	}
	ctx, stop := context.WithCancel(t.Context())
	err := (Retry{First: time.Hour, Longest: time.Hour, Patience: 10 * time.Hour}).Do(ctx, func() error { stop(); return Temporary(boom, 0) })
	if !errors.Is(err, context.Canceled) || !errors.Is(err, boom) {
		t.Errorf("an end of the context beside something temporary: %v", err)
	}
	for attempt := range 100 {
		if p := (Retry{}).pause(attempt); p <= 0 || p > 10*time.Second {
			t.Errorf("pause %d is %v", attempt, p)
		}
	}
}

// TestSlowTries: what takes long to fail is tried several times all the same.
func TestSlowTries(t *testing.T) {
	clock := time.Unix(0, 0)
	r := Retry{Tries: 5, First: time.Microsecond, Longest: time.Microsecond, Now: func() time.Time { return clock }}
	for _, failures := range []int{4, 5} {
		calls := 0
		err := r.Do(t.Context(), func() error {
			clock = clock.Add(5 * time.Minute)
			if calls++; calls <= failures {
				return Temporary(errors.New("the connection broke"), 0)
			}
			return nil
		})
		if (err == nil) != (failures < 5) || calls != 5 || err != nil && !IsTemporary(err) {
			t.Errorf("%d failures of five minutes each: %d calls, %v", failures, calls, err)
		}
	}
}

// TestFinal: who has been patient with a part is not so with the whole again, and
// the error stays what it is.
func TestFinal(t *testing.T) {
	boom, calls := errors.New("boom"), 0
	err := (Retry{}).Do(t.Context(), func() error { calls++; return Temporary(Final(Temporary(boom, 0)), 0) })
	if !errors.Is(err, boom) || calls != 1 || IsTemporary(err) || Final(nil) != nil {
		t.Errorf("%d calls: %v", calls, err)
	}
}
