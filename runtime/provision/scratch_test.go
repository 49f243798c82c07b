package provision_test

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"github.com/bytepass/bytepass/runtime/provision"
	"github.com/bytepass/bytepass/runtime/storetest"
)

// TestOnTheEmbeddedStore puts provisioning, and what it makes for trying, to the
// store of a laptop.
func TestOnTheEmbeddedStore(t *testing.T) {
	store := storetest.Start(t)
	t.Run("all", func(t *testing.T) { everything(t, store) })
	t.Run("scratch", func(t *testing.T) { scratchGoes(t, store.Client) })
	t.Run("leftovers", func(t *testing.T) { leftovers(t, store.Client) })
}

// leftovers removes the buckets of killed runs, and no others.
func leftovers(t *testing.T, c *s3.Client) {
	now := time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC)
	named := func(age time.Duration, end string) string {
		return fmt.Sprintf("%s%d-%s", provision.ScratchPrefix, now.Add(-age).Unix(), end)
	}
	old, tried, young := named(time.Hour, "00000001"), named(time.Hour, "00000002"), named(time.Minute, "00000003")
	full, other := named(time.Hour, "00000004"), provision.ScratchPrefix+"of-mine"
	for _, name := range []string{old, tried, young, full, other} {
		if _, err := c.CreateBucket(t.Context(), &s3.CreateBucketInput{Bucket: &name}); err != nil {
			t.Fatal(err)
		}
	}
	for bucket, key := range map[string]string{tried: "u/.bytepass-probe", full: "somebody's"} {
		if _, err := c.PutObject(t.Context(), &s3.PutObjectInput{Bucket: &bucket, Key: &key, Body: strings.NewReader("x")}); err != nil {
			t.Fatal(err)
		}
	}
	s := &provision.Scratch{Client: c, Now: func() time.Time { return now }, Random: rand.Reader}
	removed, err := s.RemoveLeftovers(t.Context())
	slices.Sort(removed)
	if !slices.Equal(removed, []string{old, tried}) {
		t.Errorf("removed %q", removed)
	}
	if err == nil || !strings.Contains(err.Error(), full) {
		t.Errorf("a bucket with something in it: %v", err)
	}
	list, err := c.ListBuckets(t.Context(), &s3.ListBucketsInput{})
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{young, full, other} {
		if !slices.ContainsFunc(list.Buckets, func(b types.Bucket) bool { return aws.ToString(b.Name) == name }) {
			t.Errorf("%s is gone", name)
		}
	}
}

// scratchGoes checks that a scratch bucket goes whatever becomes of its use.
func scratchGoes(t *testing.T, c *s3.Client) {
	s := &provision.Scratch{Client: c, Now: time.Now, Random: rand.Reader}
	failed := errors.New("failed")
	if err := s.With(t.Context(), func(context.Context, *provision.Bench) error { return failed }); !errors.Is(err, failed) {
		t.Errorf("the error of the use: %v", err)
	}
	ctx, stop := context.WithCancel(t.Context())
	err := s.With(ctx, func(context.Context, *provision.Bench) error { stop(); return ctx.Err() })
	if !errors.Is(err, context.Canceled) {
		t.Errorf("interrupted: %v", err)
	}
	list, err := c.ListBuckets(t.Context(), &s3.ListBucketsInput{})
	if err != nil {
		t.Fatal(err)
	}
	for _, b := range list.Buckets {
		if strings.HasPrefix(*b.Name, provision.ScratchPrefix) {
			t.Errorf("%s is left over", *b.Name)
		}
	}
}
