package uploads_test

import (
	"context"
	"sync/atomic"
	"testing"
	"time"

	"github.com/bytepass/bytepass/runtime/files"
	"github.com/bytepass/bytepass/runtime/uploads"
)

// slow shows an object only when it was asked for it so often.
type slow struct {
	uploads.Objects
	after int64
	asked atomic.Int64
}

func (s *slow) Head(ctx context.Context, objectKey string) (files.Head, bool, error) {
	if s.asked.Add(1) <= s.after {
		return files.Head{}, false, nil
	}
	return s.Objects.Head(ctx, objectKey)
}

// A store may forget an upload before it shows what another server has
// completed: where that is known of it, the answer waits.
func TestCompletedElsewhereAndNotShownYet(t *testing.T) {
	c, alice, body := newControl(t, nil), person(t), content(6*mib)
	started := begun(t, c, alice, body)
	want := complete(t, c, alice, started.ID)
	for settle, found := range map[time.Duration]bool{0: false, time.Minute: true} {
		other := newControl(t, func(cfg *uploads.Config) {
			cfg.Objects, cfg.Settle = &slow{Objects: cfg.Objects, after: 3}, settle
		})
		got, err := other.Complete(t.Context(), alice, "film", started.ID, uploads.Finish{})
		if !found {
			gone(t, err, nil)
		} else if err != nil || got != want {
			t.Errorf("%+v, %v; want %+v", got, err, want)
		}
	}
}
