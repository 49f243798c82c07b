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

// vague is a store that names the version that an upload has become, and not its
// ETag: none, or that of the version before, as Ceph RGW 16 does.
type vague struct {
	uploads.Store
	objects uploads.Objects
}

func (s vague) CompleteUpload(ctx context.Context, c files.Completion) (files.Completed, error) {
	before, _, err := s.objects.Head(ctx, c.ObjectKey)
	if err != nil {
		return files.Completed{}, err
	}
	if _, err := s.Store.CompleteUpload(ctx, c); err != nil {
		return files.Completed{}, err
	}
	head, _, err := s.objects.Head(ctx, c.ObjectKey)
	return files.Completed{VersionID: head.VersionID, ETag: before.ETag}, err
}

// An upload that was found by its key is completed on such a store, too: its id
// knows no nonce by which the file would be known again.
func TestCompletedWithoutItsETag(t *testing.T) {
	c, alice := newControl(t, func(cfg *uploads.Config) { cfg.Store = vague{cfg.Store, cfg.Objects} }), person(t)
	for _, size := range []int64{6 * mib, 7 * mib} { // the second overwrites the first
		begun(t, c, alice, content(int(size)))
		list, err := c.Unfinished(t.Context(), alice, "film", &size)
		if err != nil || len(list) != 1 {
			t.Fatalf("unfinished %+v, %v", list, err)
		}
		done := complete(t, c, alice, list[0].ID)
		if now := head(t, alice, "film"); done.VersionID != now.VersionID || done.ETag != now.ETag || done.Size != size {
			t.Errorf("it became %+v, and there is %+v", done, now)
		}
	}
}
