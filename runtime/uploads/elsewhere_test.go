package uploads_test

import (
	"context"
	"sync/atomic"
	"testing"

	"github.com/bytepass/bytepass/runtime/files"
	"github.com/bytepass/bytepass/runtime/uploads"
)

// remembering is a store that still shows an upload for a moment when its file
// is there already.
type remembering struct {
	uploads.Store
	parts *atomic.Pointer[files.PartList]
}

func (s remembering) UploadedParts(ctx context.Context, objectKey, uploadID string) (files.PartList, error) {
	if list := s.parts.Load(); list != nil {
		return *list, nil
	}
	list, err := s.Store.UploadedParts(ctx, objectKey, uploadID)
	if err == nil {
		s.parts.Store(&list)
	}
	return list, err
}

// An upload that may not overwrite does not stand in its own way, where its file
// comes before the store has forgotten it.
func TestCompletedElsewhereAndNotForgottenYet(t *testing.T) {
	c, alice, body := newControl(t, func(cfg *uploads.Config) {
		cfg.Store = remembering{cfg.Store, new(atomic.Pointer[files.PartList])}
	}), person(t), content(1000)
	in := intent("film", len(body))
	in.NoOverwrite = true
	started := start(t, c, alice, in)
	sendAll(t, started, body)
	want := complete(t, c, alice, started.ID)
	if got := complete(t, c, alice, started.ID); got != want {
		t.Errorf("the second time %+v, the first time %+v", got, want)
	}
	put(t, alice, "film", "another file")
	if _, err := c.Complete(t.Context(), alice, "film", started.ID, uploads.Finish{}); files.CodeOf(err) != files.CodeConflict {
		t.Errorf("another file is there: %v, want %s", err, files.CodeConflict)
	}
}

// overtaken is a store on which somebody else completes or aborts the upload
// first, and which says of its parts that they are not there.
type overtaken struct {
	uploads.Store
	first func(files.Completion) error
}

func (s overtaken) CompleteUpload(_ context.Context, c files.Completion) (files.Completed, error) {
	if err := s.first(c); err != nil {
		return files.Completed{}, err
	}
	return files.Completed{}, files.ErrPartChanged
}

// Parts that went because the upload was completed are not asked for again.
func TestCompletedElsewhereMeanwhile(t *testing.T) {
	for name, completed := range map[string]bool{"completed": true, "aborted": false} {
		t.Run(name, func(t *testing.T) {
			alice, body := person(t), content(1000)
			c := newControl(t, func(cfg *uploads.Config) {
				store := cfg.Store
				cfg.Store = overtaken{store, func(c files.Completion) error {
					if !completed {
						return store.AbortUpload(t.Context(), c.ObjectKey, c.UploadID)
					}
					_, err := store.CompleteUpload(t.Context(), c)
					return err
				}}
			})
			started := begun(t, c, alice, body)
			if !completed {
				_, err := c.Complete(t.Context(), alice, "film", started.ID, uploads.Finish{})
				gone(t, err, nil)
				return
			}
			if done, now := complete(t, c, alice, started.ID), head(t, alice, "film"); done.VersionID != now.VersionID {
				t.Errorf("it became %+v, and there is %+v", done, now)
			}
		})
	}
}

// A store that names the version has made it: that somebody replaced the file at
// once does not lose the answer, or the client would send everything again.
func TestReplacedAtOnceOnAStoreWithoutETags(t *testing.T) {
	var made files.Head
	alice, body := person(t), content(12*mib)
	c := newControl(t, func(cfg *uploads.Config) {
		cfg.Store = vague{cfg.Store, cfg.Objects}
		cfg.Objects = overwritten{cfg.Objects, func(h files.Head) {
			made = h
			put(t, alice, "film", "a later file")
		}}
	})
	started := begun(t, c, alice, body)
	done := complete(t, c, alice, started.ID)
	if done.VersionID != made.VersionID || done.ETag != made.ETag || done.Size != int64(len(body)) {
		t.Errorf("it became %+v, and the store made %+v", done, made)
	}
}

// overwritten replaces an object just before anybody looks at it.
type overwritten struct {
	uploads.Objects
	replace func(files.Head)
}

func (o overwritten) Head(ctx context.Context, objectKey string) (files.Head, bool, error) {
	if head, found, err := o.Objects.Head(ctx, objectKey); err != nil || !found {
		return head, found, err
	} else {
		o.replace(head)
	}
	return o.Objects.Head(ctx, objectKey)
}
