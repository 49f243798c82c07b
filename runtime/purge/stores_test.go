package purge

import (
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"github.com/bytepass/bytepass/test/stores"
)

// TestStores erases on stores of other makers: more versions than a page holds,
// of a key that others begin with, and then the space.
func TestStores(t *testing.T) {
	for _, kind := range stores.Kinds() {
		t.Run(string(kind), func(t *testing.T) {
			t.Parallel()
			// Ceph tells of what goes, since its gateway dies of that where many
			// go at once.
			tells := kind == stores.Ceph
			var options stores.Options
			if tells {
				hook := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
				t.Cleanup(hook.Close)
				options.Webhook = stores.Webhook{URL: hook.URL, Secret: "secret-of-the-hook"}
			}
			store := stores.Start(t, kind, options)
			r := newRig(t, s3.New(store.Client.Options(), func(o *s3.Options) { o.Retryer = retry.NewStandard() }), "files")
			if _, err := r.client.CreateBucket(t.Context(), &s3.CreateBucketInput{Bucket: &r.bucket}); err != nil {
				t.Fatal(err)
			}
			if _, err := r.client.PutBucketVersioning(t.Context(), &s3.PutBucketVersioningInput{
				Bucket: &r.bucket, VersioningConfiguration: &types.VersioningConfiguration{Status: types.BucketVersioningStatusEnabled},
			}); err != nil {
				t.Fatal(err)
			}
			if tells {
				if told, err := store.Notify(t.Context(), r.bucket); err != nil || !told {
					t.Fatal(told, err)
				}
			}
			purge := func(target Target) Result {
				cfg := r.config(target)
				cfg.OneByOne = tells
				return r.purge(cfg)
			}
			alike := []string{"u/alice/a b", "u/alice/ab", "u/alice/a+%", "u/bob/a"}
			if kind != stores.VersityGW { // where a is a file, and so no folder
				alike = append(alike, "u/alice/a/b")
			}
			const versions = 1203
			r.many("u/alice/a", versions)
			r.delete("u/alice/a")
			r.begin("u/alice/a")
			for _, object := range alike {
				r.put(object)
			}
			r.begin("u/alice/ab")
			start := time.Now()
			result := purge(Target{Space: r.person("alice"), Key: "a"})
			t.Logf("measured: purge: %d versions on %s in %v", versions, kind, time.Since(start).Round(10*time.Millisecond))
			if want := (Counts{Keys: 1, Versions: versions, Markers: 1, Bytes: 5 * versions, Uploads: 1, Records: 1}); !result.Clean() || result.Erased != want {
				t.Errorf("the key became %+v", result)
			}
			want := []string{"u/alice/a b [1 0 1]", "u/alice/a+% [1 0 1]", "u/alice/ab [1 1 1]", "u/bob/a [1 0 1]"}
			if kind != stores.VersityGW {
				want = []string{"u/alice/a b [1 0 1]", "u/alice/a+% [1 0 1]", "u/alice/a/b [1 0 1]", "u/alice/ab [1 1 1]", "u/bob/a [1 0 1]"}
			}
			r.equal(want...)
			if result := purge(Target{Space: r.person("alice")}); !result.Clean() {
				t.Errorf("the space became %+v", result)
			}
			r.equal("u/bob/a [1 0 1]")
		})
	}
}
