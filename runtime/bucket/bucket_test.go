package bucket_test

import (
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"github.com/bytepass/bytepass/runtime/bucket"
	"github.com/bytepass/bytepass/runtime/files"
	"github.com/bytepass/bytepass/runtime/storetest"
)

// awkwardKeys are object keys that have broken clients and stores. No key is a
// folder of another one: the store of these tests keeps files.
var awkwardKeys = []string{
	"u/alice/plain.txt", "u/alice/with space", "u/alice/a+b", "u/alice/100%", "u/alice/%2F", "u/alice/what?", "u/alice/#1",
	"u/alice/a&b=c", "u/alice/é", "u/alice/日本語.txt", "u/alice/💾", "u/alice/שלום/עולם", "u/alice/a\\b", "u/alice/a:b;c,d",
	"u/alice/$!*'()", "u/alice/<>\"{}|^`~", "u/alice/?versionId=null", "u/alice/" + strings.Repeat("d/", 49) + "end",
	"u/alice/" + strings.Repeat(strings.Repeat("k", 200)+"/", 5) + strings.Repeat("k", 11), // 1,024 bytes
}

func put(t *testing.T, store *storetest.Store, key, body string) (versionID string) {
	t.Helper()
	out, err := store.Client.PutObject(t.Context(), &s3.PutObjectInput{
		Bucket: &store.Bucket, Key: &key, Body: strings.NewReader(body), ContentType: aws.String("text/x-test"),
		ChecksumSHA256: aws.String(sha256Of(body)),
		Metadata:       map[string]string{files.DeclarationMeta: files.Declaration{Name: body}.Encode()},
	})
	if err != nil {
		t.Fatalf("%q: %v", key, err)
	}
	return aws.ToString(out.VersionId)
}

func sha256Of(body string) string {
	sum := sha256.Sum256([]byte(body))
	return base64.StdEncoding.EncodeToString(sum[:])
}

// TestLife takes every awkward key through all that a Bucket does with it.
func TestLife(t *testing.T) {
	store := storetest.Start(t)
	b := bucket.New(store.Client, store.Bucket)
	ctx := t.Context()
	for _, key := range awkwardKeys {
		if _, found, err := b.Head(ctx, key); found || err != nil {
			t.Fatalf("%q before anything: %v, %v", key, found, err)
		}
		v1 := put(t, store, key, "first")
		v2 := put(t, store, key, "second")
		head, found, err := b.Head(ctx, key)
		if !found || err != nil {
			t.Fatalf("%q: %v, %v", key, found, err)
		}
		if head.Size != 6 || head.MimeType != "text/x-test" || head.VersionID != v2 || !head.Declared || head.Declaration.Name != "second" ||
			head.ETag == "" || strings.Contains(head.ETag, `"`) || time.Since(head.LastModified).Abs() > time.Minute ||
			head.ChecksumSHA256 != sha256Of("second") {
			t.Errorf("%q: head is %+v", key, head)
		}

		if err := b.DeleteIfMatch(ctx, key, "0123456789abcdef0123456789abcdef"); !errors.Is(err, files.ErrChanged) {
			t.Errorf("%q: deleting another object: %v", key, err)
		}
		if err := b.DeleteIfMatch(ctx, key, head.ETag); err != nil {
			t.Errorf("%q: deleting this object: %v", key, err)
		}
		if _, found, err := b.Head(ctx, key); found || err != nil {
			t.Errorf("%q is deleted, but %v, %v", key, found, err)
		}

		history, _, err := b.Versions(ctx, key, "", 10)
		if err != nil || len(history) != 3 {
			t.Fatalf("%q: %+v, %v", key, history, err)
		}
		marker := history[0]
		if !marker.DeleteMarker || !marker.Latest || history[1].VersionID != v2 || history[2].VersionID != v1 ||
			history[1].Latest || history[1].Size != 6 || history[1].ETag != head.ETag {
			t.Errorf("%q: history is %+v", key, history)
		}

		if err := b.RemoveMarker(ctx, key, v2); files.CodeOf(err) != files.CodeConflict {
			t.Errorf("%q: removing a version as if it were a marker: %v", key, err)
		}
		for range 2 { // the second time it is gone
			if err := b.RemoveMarker(ctx, key, marker.VersionID); err != nil {
				t.Errorf("%q: %v", key, err)
			}
		}
		if head, found, err := b.Head(ctx, key); !found || err != nil || head.VersionID != v2 {
			t.Errorf("%q is restored, but %+v, %v, %v", key, head, found, err)
		}

		if strings.Contains(key, "?versionId=") {
			continue // this store takes the source of a copy apart at the wrong place
		}
		v3, err := b.CopyVersion(ctx, key, v1)
		if err != nil {
			t.Fatalf("%q: %v", key, err)
		}
		head, found, err = b.Head(ctx, key)
		if !found || err != nil || head.VersionID != v3 || head.Size != 5 || head.Declaration.Name != "first" || head.MimeType != "text/x-test" {
			t.Errorf("%q is copied, but %+v, %v, %v", key, head, found, err)
		}

		m, err := b.Delete(ctx, key)
		if history, _, herr := b.Versions(ctx, key, "", 1); err != nil || herr != nil || len(history) != 1 || history[0].VersionID != m || !history[0].DeleteMarker {
			t.Errorf("%q: deleting gives %s, %v; history begins %+v, %v", key, m, err, history, herr)
		}
		if _, err := b.CopyVersion(ctx, key, m); files.CodeOf(err) != files.CodeNotFound {
			t.Errorf("%q: copying a marker: %v", key, err)
		}
		if _, err := b.CopyVersion(ctx, key, "01ARZ3NDEKTSV4RRFFQ69G5FAV"); files.CodeOf(err) != files.CodeNotFound {
			t.Errorf("%q: copying no version: %v", key, err)
		}
		if err := b.RemoveMarker(ctx, key, m); err != nil {
			t.Fatalf("%q: %v", key, err)
		}
	}

	got := map[string]bool{}
	err := b.Keys(ctx, "u/alice/", func(key, etag string, size int64) error {
		if got[key] || etag == "" || size != 5 && size != 6 {
			t.Errorf("%q is visited with %q and %d bytes", key, etag, size)
		}
		got[key] = true
		return nil
	})
	if err != nil || len(got) != len(awkwardKeys) {
		t.Errorf("%d keys are visited, want %d; %v", len(got), len(awkwardKeys), err)
	}
	for _, key := range awkwardKeys {
		if !got[key] {
			t.Errorf("%q is not visited", key)
		}
	}
}

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

func TestUndeclaredObject(t *testing.T) {
	store := storetest.Start(t)
	b := bucket.New(store.Client, store.Bucket)
	for name, metadata := range map[string]map[string]string{"none": nil, "garbage": {files.DeclarationMeta: "garbage"}} {
		if _, err := store.Client.PutObject(t.Context(), &s3.PutObjectInput{Bucket: &store.Bucket, Key: &name, Body: strings.NewReader(""), Metadata: metadata}); err != nil {
			t.Fatal(err)
		}
		if head, found, err := b.Head(t.Context(), name); !found || err != nil || head.Declared || head.Verdict() != "" {
			t.Errorf("%s: got %+v, %v, %v", name, head, found, err)
		}
	}
}

func TestVisitorStopsTheWalk(t *testing.T) {
	store := storetest.Start(t)
	b := bucket.New(store.Client, store.Bucket)
	put(t, store, "a", "x")
	put(t, store, "b", "x")
	stop, visits := errors.New("stop"), 0
	err := b.Keys(t.Context(), "", func(string, string, int64) error { visits++; return stop })
	if !errors.Is(err, stop) || visits != 1 {
		t.Errorf("%d visits, %v", visits, err)
	}
}

// TestNoBucket: a store that has no such bucket has not lost the object.
func TestNoBucket(t *testing.T) {
	store := storetest.Start(t)
	b := bucket.New(store.Client, "nowhere")
	_, _, versionsErr := b.Versions(t.Context(), "a", "", 10)
	_, deleteErr := b.Delete(t.Context(), "a")
	for operation, err := range map[string]error{
		"Versions": versionsErr, "Delete": deleteErr, "DeleteIfMatch": b.DeleteIfMatch(t.Context(), "a", "x"),
		"Keys": b.Keys(t.Context(), "", func(string, string, int64) error { return nil }),
	} {
		if err == nil || errors.Is(err, files.ErrChanged) || !strings.Contains(err.Error(), "NoSuchBucket") {
			t.Errorf("%s: %v", operation, err)
		}
	}
}
