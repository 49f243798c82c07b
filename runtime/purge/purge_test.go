package purge

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"

	"github.com/bytepass/bytepass/runtime/catalog"
	"github.com/bytepass/bytepass/runtime/files"
	"github.com/bytepass/bytepass/runtime/storetest"
)

type catalogRevision = catalog.Revision

// TestPurge runs everything on the embedded store, of which a process can have
// one.
func TestPurge(t *testing.T) {
	store := storetest.Start(t)
	for name, test := range map[string]func(*rig){
		"a key and nothing like it":        testExactKey,
		"a space, with all there is":       testSpace,
		"what the store keeps is told":     testKept,
		"a store that deletes one at once": testNoBatches,
		"stopped at any call, and again":   testStopped,
		"what arrives meanwhile goes too":  testArrivals,
		"an uploader who does not stop":    testEndless,
		"late tombstones":                  testLateTombstones,
		"a locked version":                 testLocked,
	} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t, store.Client, "files-"+fmt.Sprint(len(name)))
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

// testKept: errors are told for each key; what they are about keeps its record.
func testKept(r *rig) {
	r.put("u/alice/keep")
	r.put("u/alice/gone")
	cfg := r.config(Target{Space: r.person("alice")})
	cfg.Store = &changed{Store: r.client, deleteObjects: func(ctx context.Context, in *s3.DeleteObjectsInput) (*s3.DeleteObjectsOutput, error) {
		var kept []types.Error
		in.Delete.Objects = slices.DeleteFunc(in.Delete.Objects, func(o types.ObjectIdentifier) bool {
			if *o.Key != "u/alice/keep" {
				return false
			}
			kept = append(kept, types.Error{Key: o.Key, VersionId: o.VersionId, Code: aws.String("AccessDenied"), Message: aws.String("no")})
			return true
		})
		if len(in.Delete.Objects) == 0 {
			return &s3.DeleteObjectsOutput{Errors: kept}, nil
		}
		out, err := r.client.DeleteObjects(ctx, in)
		if err == nil {
			out.Errors = append(out.Errors, kept...)
		}
		return out, err
	}}
	result := r.purge(cfg)
	if result.Clean() || result.LeftCount != 2 || result.Erased.Keys != 1 || !strings.Contains(result.Left[0].Reason, "AccessDenied: no (an object lock") || result.Left[0].Version == "" {
		r.Errorf("it became %+v", result)
	}
	r.equal("u/alice/keep [1 0 1]")
}

// refusal is the answer of a store that does not know the request.
func refusal(status int) error {
	return &smithyhttp.ResponseError{Response: &smithyhttp.Response{Response: &http.Response{StatusCode: status}}, Err: &smithy.GenericAPIError{Code: "NotImplemented"}}
}

func testNoBatches(r *rig) {
	r.many("u/alice/a", 20)
	r.delete("u/alice/a")
	cfg := r.config(Target{Space: r.person("alice")})
	cfg.Store = &changed{Store: r.client, deleteObjects: func(context.Context, *s3.DeleteObjectsInput) (*s3.DeleteObjectsOutput, error) {
		return nil, refusal(http.StatusNotImplemented)
	}}
	if result := r.purge(cfg); !result.Clean() || result.Erased.Versions != 20 || result.Erased.Markers != 1 {
		r.Errorf("it became %+v", result)
	}
	r.equal()
	cfg.Store = &changed{Store: r.client, deleteObjects: func(context.Context, *s3.DeleteObjectsInput) (*s3.DeleteObjectsOutput, error) {
		return nil, refusal(http.StatusForbidden)
	}}
	r.put("u/alice/a")
	p, err := New(cfg)
	if err != nil {
		r.Fatal(err)
	}
	if _, err := p.Run(r.Context()); err == nil || !strings.Contains(err.Error(), "delete versions in the store") {
		r.Errorf("a store that forbids it: %v", err)
	}
}

// testStopped ends a purge before each of its calls to the store, as a power cut
// would. The next one finishes it.
func testStopped(r *rig) {
	cut := errors.New("cut")
	for at := 1; ; at++ {
		r.many("u/alice/a", 3)
		r.put("u/alice/b")
		r.delete("u/alice/b")
		r.begin("u/alice/c")
		cfg := r.config(Target{Space: r.person("alice")})
		calls := 0
		cfg.Store = &changed{Store: r.client, before: func(string) error {
			if calls++; calls == at {
				return cut
			}
			return nil
		}}
		p, err := New(cfg)
		if err != nil {
			r.Fatal(err)
		}
		_, err = p.Run(r.Context())
		if err == nil {
			if at < 5 {
				r.Errorf("it makes %d calls only", calls)
			}
			break
		}
		if !errors.Is(err, cut) {
			r.Fatal(err)
		}
		if result := r.purge(r.config(cfg.Target)); !result.Clean() {
			r.Errorf("cut before call %d, the next became %+v", at, result)
		}
		r.equal()
	}
}

func testArrivals(r *rig) {
	r.put("u/alice/a")
	cfg := r.config(Target{Space: r.person("alice")})
	arrived := 0
	cfg.Progress = func(Counts) {
		if arrived++; arrived <= 3 {
			r.put(fmt.Sprintf("u/alice/new %d", arrived))
		}
	}
	if result := r.purge(cfg); !result.Clean() || result.Erased.Versions != 4 || result.Erased.Records != 4 {
		r.Errorf("it became %+v", result)
	}
	r.equal()
}

func testEndless(r *rig) {
	r.put("u/alice/a")
	cfg := r.config(Target{Space: r.person("alice")})
	cfg.Patience = 200 * time.Millisecond
	cfg.Progress = func(Counts) { r.put("u/alice/a") }
	if result := r.purge(cfg); !result.Coming || result.Clean() {
		r.Errorf("it became %+v", result)
	}
}

// testLateTombstones: ingest hears of the deletions later than the purge ends.
func testLateTombstones(r *rig) {
	r.put("u/alice/a")
	cfg := r.config(Target{Space: r.person("alice")})
	cfg.Settle = 400 * time.Millisecond
	time.AfterFunc(200*time.Millisecond, func() { r.record("u/alice/a", files.Deleted) })
	if result := r.purge(cfg); !result.Clean() || result.Erased.Records != 2 {
		r.Errorf("it became %+v", result)
	}
	r.equal()
}

// testLocked: a version under a legal hold stays, and its record with it.
func testLocked(r *rig) {
	r.bucket += "-locked"
	r.bucketOf(true)
	r.put("u/alice/held")
	r.put("u/alice/free")
	hold := func(status types.ObjectLockLegalHoldStatus) {
		_, err := r.client.PutObjectLegalHold(r.Context(), &s3.PutObjectLegalHoldInput{
			Bucket: &r.bucket, Key: aws.String("u/alice/held"), LegalHold: &types.ObjectLockLegalHold{Status: status},
		})
		if err != nil {
			r.Fatal(err)
		}
	}
	hold(types.ObjectLockLegalHoldStatusOn)
	cfg := r.config(Target{Space: r.person("alice")})
	result := r.purge(cfg)
	if result.Clean() || result.LeftCount != 2 || result.Left[0].Object != "u/alice/held" || !strings.Contains(result.Left[0].Reason, "object lock") {
		r.Errorf("it became %+v", result)
	}
	r.equal("u/alice/held [1 0 1]")
	hold(types.ObjectLockLegalHoldStatusOff)
	if result := r.purge(cfg); !result.Clean() {
		r.Errorf("without the hold: %+v", result)
	}
	r.equal()
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
