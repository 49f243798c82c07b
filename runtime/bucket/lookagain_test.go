package bucket_test

import (
	"context"
	"errors"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/s3"

	"github.com/bytepass/bytepass/runtime/bucket"
	"github.com/bytepass/bytepass/runtime/files"
	"github.com/bytepass/bytepass/runtime/storetest"
)

// heedless is a store that deletes what is there, whatever the condition, and
// may have a change come right after.
type heedless struct {
	bucket.Client
	then func()
}

func (h heedless) DeleteObject(ctx context.Context, in *s3.DeleteObjectInput, o ...func(*s3.Options)) (*s3.DeleteObjectOutput, error) {
	condition := in.IfMatch
	in.IfMatch = nil
	out, err := h.Client.DeleteObject(ctx, in, o...)
	if h.then != nil && condition != nil {
		h.then()
	}
	return out, err
}

// A rejection hides the version that it is about, or none.
func TestLookingAgain(t *testing.T) {
	store := storetest.Start(t)
	plain := bucket.New(store.Client, store.Bucket)
	for name, c := range map[string]struct {
		before, after []string // what is put before and after the delete
		condition     string   // the content that is to be deleted
		changed       bool
		left          string // the current content afterwards
	}{
		"the right one":          {[]string{"old", "bad"}, nil, "bad", false, ""},
		"a newer one":            {[]string{"bad", "good"}, nil, "bad", true, "good"},
		"the newest comes after": {[]string{"bad"}, []string{"good"}, "bad", true, "good"},
		"hit, and a newer after": {[]string{"bad", "good"}, []string{"better"}, "bad", true, "better"},
	} {
		t.Run(name, func(t *testing.T) {
			key := "u/alice/" + name
			put(t, store, key, c.condition)
			wanted, _, err := plain.Head(t.Context(), key)
			if err != nil {
				t.Fatal(err)
			}
			for _, body := range c.before {
				put(t, store, key, body)
			}
			b := bucket.New(heedless{store.Client, func() {
				for _, body := range c.after {
					put(t, store, key, body)
				}
			}}, store.Bucket).LookingAgain()
			if err := b.DeleteIfMatch(t.Context(), key, wanted.ETag); errors.Is(err, files.ErrChanged) != c.changed || err != nil && !c.changed {
				t.Errorf("the deletion: %v", err)
			}
			head, found, err := plain.Head(t.Context(), key)
			if err != nil || found != (c.left != "") || found && head.Declaration.Name != c.left {
				t.Errorf("left is %q, %v", head.Declaration.Name, err)
			}
		})
	}
}
