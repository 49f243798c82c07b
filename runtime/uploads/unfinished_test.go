package uploads_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/bytepass/bytepass/runtime/bucket"
	"github.com/bytepass/bytepass/runtime/files"
	"github.com/bytepass/bytepass/runtime/uploads"
)

// TestUnfinishedOfASpace pages through what one owner has left behind, two
// uploads of one key among it, and sees nothing of another owner's.
func TestUnfinishedOfASpace(t *testing.T) {
	c, alice := newControl(t, nil), person(t)
	bob, err := files.Person(alice.ID() + "x") // a prefix is not an owner
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"a", "b/1", "b/1", "b/2", "b2", "ünïcode"}
	for _, key := range want {
		start(t, c, alice, intent(key, mib))
	}
	start(t, c, bob, intent("b/3", mib))
	list := func(prefix string, limit int) (keys []string, pages int) {
		for after, more := "", true; more; pages++ {
			var page []uploads.Unfinished
			page, more, err = c.UnfinishedBelow(t.Context(), alice, prefix, after, limit)
			if err != nil || pages > 10 {
				t.Fatalf("page %d: %v", pages, err)
			}
			for _, u := range page {
				keys = append(keys, string(u.Key))
				after = string(u.Key)
			}
		}
		return keys, pages
	}
	for _, limit := range []int{1, 2, 3, 100} {
		if got, _ := list("", limit); !slices.Equal(got, want) {
			t.Errorf("pages of %d: %q, want %q", limit, got, want)
		}
	}
	if _, pages := list("", 2); pages != 3 {
		t.Errorf("%d pages of 2 for 6 uploads, of which two have one key", pages)
	}
	if got, _ := list("b/", 100); !slices.Equal(got, want[1:4]) {
		t.Errorf("below b/: %q", got)
	}
	page, _, err := c.UnfinishedBelow(t.Context(), alice, "", "", 1)
	if err != nil || len(page) != 1 {
		t.Fatalf("%+v, %v", page, err)
	}
	if err := c.Abort(t.Context(), alice, "a", page[0].ID); err != nil {
		t.Fatal(err)
	}
	if got, _ := list("", 100); !slices.Equal(got, want[1:]) {
		t.Errorf("after one was aborted: %q", got)
	}
}

// crowded is a store with many unfinished uploads of a key, which it lists oldest
// first, as S3 does.
type crowded struct {
	uploads.Store
	n int
}

func (s crowded) UnfinishedUploads(_ context.Context, objectKey string, visit func(files.Unfinished) error) error {
	for i := range s.n {
		if err := visit(files.Unfinished{ObjectKey: objectKey, UploadID: fmt.Sprint(i), StartedAt: time.Unix(int64(i), 0)}); err != nil {
			return err
		}
	}
	return nil
}

// TestTheLatestOfVeryMany: what was begun last can be gone on with, however many
// were left behind before.
func TestTheLatestOfVeryMany(t *testing.T) {
	c := newControl(t, func(cfg *uploads.Config) { cfg.Store = crowded{cfg.Store, 2500} })
	list, err := c.Unfinished(t.Context(), person(t), "film", nil)
	if err != nil || len(list) != 1000 || list[0].StartedAt.Unix() != 2499 || list[999].StartedAt.Unix() != 1500 {
		t.Errorf("%d uploads, %v", len(list), err)
	}
}

// TestSweep aborts what is old enough, of every owner, and nothing else.
func TestSweep(t *testing.T) {
	c, alice := newControl(t, nil), person(t)
	store := bucket.NewMultipart(gateway.Client(), bucketName)
	started := start(t, c, alice, intent("old", mib))
	send(t, started.Parts[0].Presigned, content(mib))

	if n, err := uploads.Sweep(t.Context(), store, time.Now().Add(-time.Hour)); n != 0 || err != nil {
		t.Errorf("%d uploads of the last hour aborted, %v", n, err)
	}
	if _, err := c.Progress(t.Context(), alice, "old", started.ID); err != nil {
		t.Errorf("a young upload is gone: %v", err)
	}
	if n, err := uploads.Sweep(t.Context(), store, time.Now().Add(time.Hour)); n == 0 || err != nil {
		t.Errorf("%d uploads aborted, %v", n, err)
	}
	if _, err := c.Progress(t.Context(), alice, "old", started.ID); files.CodeOf(err) != files.CodeUploadGone {
		t.Errorf("an old upload is still there: %v", err)
	}
	if n, err := uploads.Sweep(t.Context(), store, time.Now().Add(time.Hour)); n != 0 || err != nil {
		t.Errorf("a second sweep aborted %d uploads, %v", n, err)
	}
}

// TestSweepGoesOn aborts the others when one upload cannot be aborted.
func TestSweepGoesOn(t *testing.T) {
	r := &remains{broken: map[string]error{"1": errors.New("boom"), "2": fmt.Errorf("abort: %w", files.ErrUploadGone)}}
	n, err := uploads.Sweep(t.Context(), r, time.Now())
	if n != 1 || err == nil || !strings.Contains(err.Error(), "boom") || !slices.Equal(r.aborted, []string{"3"}) {
		t.Errorf("%d aborted, %v, %v", n, r.aborted, err)
	}
}

// remains are three uploads, some of which cannot be aborted.
type remains struct {
	broken  map[string]error
	aborted []string
}

func (r *remains) UnfinishedUploads(_ context.Context, _ string, visit func(files.Unfinished) error) error {
	for _, id := range []string{"1", "2", "3"} {
		if err := visit(files.Unfinished{ObjectKey: "u/a/k", UploadID: id}); err != nil {
			return err
		}
	}
	return nil
}

func (r *remains) AbortUpload(_ context.Context, _, uploadID string) error {
	if err := r.broken[uploadID]; err != nil {
		return err
	}
	r.aborted = append(r.aborted, uploadID)
	return nil
}
