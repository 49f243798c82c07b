package purge

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"github.com/bytepass/bytepass/runtime/catalog"
	"github.com/bytepass/bytepass/runtime/files"
	"github.com/bytepass/bytepass/runtime/storetest"
)

type catalogRevision = catalog.Revision

// TestPurge runs everything on the embedded store, of which a process can have
// one.
func TestPurge(t *testing.T) {
	t.Chdir(".") // until its end: the store changes it
	store := storetest.Start(t)
	buckets := 0
	for name, test := range map[string]func(*rig){
		"a key and nothing like it":        testExactKey,
		"a space, with all there is":       testSpace,
		"what the store keeps is told":     testKept,
		"a store that deletes one at once": testNoBatches,
		"stopped at any call, and again":   testStopped,
		"what arrives meanwhile goes too":  testArrivals,
		"an uploader who does not stop":    testEndless,
		"a round longer than patience":     testLongRound,
		"one round sees everything":        testOneRound,
		"late tombstones":                  testLateTombstones,
		"a locked version":                 testLocked,
	} {
		t.Run(name, func(t *testing.T) {
			buckets++
			r := newRig(t, store.Client, fmt.Sprintf("files-%d", buckets))
			r.bucketOf(false)
			test(r)
		})
	}
}

// bucketOf makes the rig's bucket: versioned, and with a lock if that is asked.
func (r *rig) bucketOf(locked bool) {
	r.Helper()
	if _, err := r.client.CreateBucket(r.Context(), &s3.CreateBucketInput{Bucket: &r.bucket, ObjectLockEnabledForBucket: aws.Bool(locked)}); err != nil {
		r.Fatal(err)
	}
	_, err := r.client.PutBucketVersioning(r.Context(), &s3.PutBucketVersioningInput{
		Bucket: &r.bucket, VersioningConfiguration: &types.VersioningConfiguration{Status: types.BucketVersioningStatusEnabled},
	})
	if err != nil && !locked { // which implies it
		r.Fatal(err)
	}
}

// equal fails the test unless exactly these remain.
func (r *rig) equal(want ...string) {
	r.Helper()
	if got := r.remains(); !slices.Equal(got, want) {
		r.Errorf("there remain\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

func testExactKey(r *rig) {
	for _, object := range []string{"u/alice/a", "u/alice/a", "u/alice/ab", "u/alice/a b", "u/alice/A", "u/alice/b/a", "u/bob/a", "g/alice/a", "a"} {
		r.put(object)
	}
	r.delete("u/alice/a")
	r.delete("u/alice/ab")
	r.begin("u/alice/a")
	r.begin("u/alice/ab")
	target := Target{Space: r.person("alice"), Key: "a"}
	plan := r.plan(target)
	if want := (Counts{Keys: 1, Versions: 2, Markers: 1, Bytes: 10, Uploads: 1, Records: 1}); plan.Counts != want || !slices.Equal(plan.First, []string{"u/alice/a"}) {
		r.Errorf("the plan is %+v", plan)
	}
	result := r.purge(r.config(target))
	if !result.Clean() || result.Erased != plan.Counts {
		r.Errorf("it became %+v", result)
	}
	r.equal("a [1 0 0]", "g/alice/a [1 0 1]", "u/alice/A [1 0 1]", "u/alice/a b [1 0 1]", "u/alice/ab [2 1 1]", "u/alice/b/a [1 0 1]", "u/bob/a [1 0 1]")
	if again := r.purge(r.config(target)); !again.Clean() || again.Erased.Any() {
		r.Errorf("again it became %+v", again)
	}
}

// testSpace: also what is not ours to name, and what only the catalog knows.
func testSpace(r *rig) {
	for _, object := range []string{"u/alice/x/1", "u/alice/x/2", "u/alice/y+z %", "u/alice/ünïcödé/💾", "u/alicea/x", "u/alic/x"} {
		r.put(object)
	}
	r.delete("u/alice/x/1")
	r.delete("u/alice/never was")
	r.begin("u/alice/z")
	r.record("u/alice/only a tombstone", files.Deleted)
	r.record("u/alice/refused", files.Rejected)
	below := r.purge(r.config(Target{Space: r.person("alice"), Prefix: "x/"}))
	if want := (Counts{Keys: 2, Versions: 2, Markers: 1, Bytes: 10, Records: 2}); below.Erased != want || !below.Clean() {
		r.Errorf("below x/: %+v", below)
	}
	whole := r.purge(r.config(Target{Space: r.person("alice")}))
	if whole.Erased.Uploads != 1 || whole.Erased.Records != 5 || !whole.Clean() {
		r.Errorf("all of it: %+v", whole)
	}
	r.equal("u/alic/x [1 0 1]", "u/alicea/x [1 0 1]")
}

func TestTarget(t *testing.T) {
	space, err := files.Group("red")
	if err != nil {
		t.Fatal(err)
	}
	for _, bad := range []Target{{}, {Key: "a"}, {Space: space, Key: "a", Prefix: "a"}} {
		if _, err := New(Config{Target: bad}); err == nil {
			t.Errorf("%+v was taken", bad)
		}
	}
	for object, want := range map[string][2]bool{ // as the key a, as the prefix a
		"g/red/a": {true, true}, "g/red/ab": {false, true}, "g/red/a/b": {false, true}, "g/red/A": {}, "g/reda/a": {}, "g/red": {}, "u/red/a": {}, "a": {},
	} {
		key, prefix := Target{Space: space, Key: "a"}.has(object), Target{Space: space, Prefix: "a"}.has(object)
		if got := [2]bool{key, prefix}; got != want {
			t.Errorf("%s: %v, want %v", object, got, want)
		}
	}
}
