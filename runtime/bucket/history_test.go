package bucket_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"github.com/bytepass/bytepass/runtime/bucket"
	"github.com/bytepass/bytepass/runtime/files"
	"github.com/bytepass/bytepass/runtime/storetest"
)

// TestHistoryIsOfOneKey: S3 lists versions by prefix.
func TestHistoryIsOfOneKey(t *testing.T) {
	store := storetest.Start(t)
	b := bucket.New(store.Client, store.Bucket)
	for _, key := range []string{"u/a/k", "u/a/k.txt", "u/a/k2", "u/a/k!"} {
		put(t, store, key, "x")
	}
	var versions []string
	for range 7 {
		versions = append(versions, put(t, store, "u/a/k", "x"))
	}
	slices.Reverse(versions)
	history, _, err := b.Versions(t.Context(), "u/a/k", "", 1000)
	if err != nil || len(history) != 8 {
		t.Fatalf("%d versions, %v", len(history), err)
	}
	for i, id := range versions {
		if history[i].VersionID != id || history[i].Latest != (i == 0) {
			t.Errorf("version %d is %+v, want %s", i, history[i], id)
		}
	}
	if history, _, err := b.Versions(t.Context(), "u/a/k", "", 3); err != nil || len(history) != 3 || history[2].VersionID != versions[2] {
		t.Errorf("three of them: %+v, %v", history, err)
	}
	for _, key := range []string{"u/a/", "u/a", "u/a/ka", "u/b"} {
		if history, _, err := b.Versions(t.Context(), key, "", 1000); err != nil || len(history) != 0 {
			t.Errorf("%q was never used, but has %+v, %v", key, history, err)
		}
	}
}

// TestPagesOfAHistory reads a history page by page, whatever the size of a page,
// also when the version that a page ended with is gone by then.
func TestPagesOfAHistory(t *testing.T) {
	store := storetest.Start(t)
	b := bucket.New(store.Client, store.Bucket)
	const key = "u/a/k"
	for _, other := range []string{"u/a/a", "u/a/k.txt", "u/a/k!"} {
		put(t, store, other, "x")
	}
	for i := range 9 {
		put(t, store, key, "x")
		if i%3 == 2 {
			if _, err := b.Delete(t.Context(), key); err != nil {
				t.Fatal(err)
			}
		}
	}
	ids := func(page []files.Version) []string {
		all := make([]string, len(page))
		for i, v := range page {
			all[i] = v.VersionID
		}
		slices.SortFunc(all, func(a, b string) int { return strings.Compare(b, a) }) // this store's ids: newest first
		return all
	}
	history, next, err := b.Versions(t.Context(), key, "", 1000)
	whole := ids(history)
	if err != nil || len(whole) != 12 || next != "" {
		t.Fatalf("%d entries, then %q, %v", len(whole), next, err)
	}
	for limit := range 13 {
		limit++
		var all []string
		for after, pages := "", 0; pages == 0 || after != ""; pages++ {
			page, next, err := b.Versions(t.Context(), key, after, limit)
			if err != nil || len(page) > limit || pages > len(whole) {
				t.Fatalf("pages of %d: after %q %d entries, %v", limit, after, len(page), err)
			}
			all, after = append(all, ids(page)...), next
		}
		if !slices.Equal(all, whole) {
			t.Errorf("pages of %d give %v, want %v", limit, all, whole)
		}
	}
	for _, gone := range []int{0, 4} {
		if _, err := store.Client.DeleteObject(t.Context(), &s3.DeleteObjectInput{Bucket: &store.Bucket, Key: aws.String(key), VersionId: &whole[gone]}); err != nil {
			t.Fatal(err)
		}
		page, _, err := b.Versions(t.Context(), key, whole[gone], 2)
		if err != nil || !slices.Equal(ids(page), whole[gone+1:gone+3]) {
			t.Errorf("after entry %d, which is gone, come %+v, %v", gone, page, err)
		}
	}
	if page, next, err := b.Versions(t.Context(), key, whole[11], 2); err != nil || len(page) != 0 || next != "" {
		t.Errorf("after the oldest come %+v, %q, %v", page, next, err)
	}
}
