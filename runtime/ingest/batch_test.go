package ingest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/bytepass/bytepass/runtime/files"
)

// flaky is a bucket whose heads fail for some keys, and that counts them.
type flaky struct {
	mu    sync.Mutex
	heads map[string]int
}

func (f *flaky) Head(_ context.Context, key string) (files.Head, bool, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.heads[key]++
	if strings.Contains(key, "bad") {
		return files.Head{}, false, errors.New("503")
	}
	return files.Head{ETag: "e", VersionID: "v"}, true, nil
}

func (f *flaky) DeleteIfMatch(context.Context, string, string) error { return nil }

func event(bucket, key string) []byte {
	return fmt.Appendf(nil, `{"source":"aws.s3","detail":{"bucket":{"name":%q},"object":{"key":%q}}}`, bucket, key)
}

func TestBatchReturnsWhatFailed(t *testing.T) {
	b := newBench(t)
	bucket := &flaky{heads: map[string]int{}}
	b.Bucket = bucket
	failed := b.Batch(t.Context(), []Message{
		{"good", event("bucket", "u/alice/good")},
		{"bad", event("bucket", "u/alice/bad")},
		{"twice", event("bucket", "u/alice/good")},
		{"garbage", []byte("{}")},
		{"bad too", event("bucket", "u/alice/bad")},
		{"elsewhere", event("other-bucket", "u/alice/elsewhere")},
		{"foreign", event("bucket", "logs/bad")},
		{"both", []byte(`{"Records":[{"s3":{"bucket":{"name":"bucket"},"object":{"key":"u/alice/a+b"}}},{"s3":{"bucket":{"name":"bucket"},"object":{"key":"u/alice/bad"}}}]}`)},
		{"test", readEvent(t, "s3/test-event.json")},
	})
	slices.Sort(failed)
	if want := []string{"bad", "bad too", "both", "garbage"}; !slices.Equal(failed, want) {
		t.Errorf("failed: %q, want %q", failed, want)
	}
	if bucket.heads["u/alice/good"] != 1 || bucket.heads["u/alice/bad"] != 1 || bucket.heads["u/alice/a b"] != 1 || len(bucket.heads) != 3 {
		t.Errorf("heads: %v", bucket.heads)
	}
}

// A nil list would be "batchItemFailures: null", which fails the whole batch.
func TestBatchNeverReturnsNil(t *testing.T) {
	if failed := newBench(t).Batch(t.Context(), nil); failed == nil {
		t.Error("nil")
	}
}

func TestBatchFailsAsAWholeWhenTimeIsUp(t *testing.T) {
	b := newBench(t)
	b.Bucket = waiting{}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	var messages []Message
	for i := range 30 {
		messages = append(messages, Message{fmt.Sprint(i), event("bucket", fmt.Sprint("u/alice/", i))})
	}
	if failed := b.Batch(ctx, messages); len(failed) != 30 {
		t.Errorf("%d failed, want all", len(failed))
	}
}

type waiting struct{ Bucket }

func (waiting) Head(ctx context.Context, _ string) (files.Head, bool, error) {
	<-ctx.Done()
	return files.Head{}, false, ctx.Err()
}
