package api

import (
	"context"
	"crypto/rand"
	"net/http"
	"slices"
	"sync"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"github.com/bytepass/bytepass/runtime/bucket"
	"github.com/bytepass/bytepass/runtime/files"
)

// TestRestoresAtTheSameTime has many restore one file of a real store, with and
// without others who delete it. All of them succeed, and no version is lost.
func TestRestoresAtTheSameTime(t *testing.T) {
	objects := bucket.New(storeClient(t), storeBucket)
	r := newStoreRig(t, func(cfg *Config) { cfg.Deleter, cfg.Restorer = objects, objects })
	key := "race-" + rand.Text() // the store is that of all runs of the test
	client, object := storeClient(t), "u/alice/"+key
	out, err := client.PutObject(t.Context(), &s3.PutObjectInput{Bucket: aws.String(storeBucket), Key: &object})
	if err != nil {
		t.Fatal(err)
	}
	version := aws.ToString(out.VersionId)
	remove := func() { r.succeeds(http.MethodDelete, "/api/files?key="+key, "") }
	restore := func() { r.succeeds(http.MethodPost, "/api/restore", `{"key":"`+key+`"}`) }
	named := func() { r.succeeds(http.MethodPost, "/api/restore", `{"key":"`+key+`","versionId":"`+version+`"}`) }
	for round := range 40 {
		remove()
		others := []func(){restore, restore, named, restore, restore, restore}
		if round%2 == 1 {
			others = append(others, remove, remove)
		}
		var all sync.WaitGroup
		for _, do := range others {
			all.Go(do)
		}
		all.Wait()
		if round%2 == 1 {
			restore()
		}
		history, _, err := objects.Versions(t.Context(), object, "", 100)
		if err != nil || len(history) != 1 || history[0].VersionID != version || !history[0].Latest {
			t.Fatalf("round %d leaves %+v, %v", round, history, err)
		}
	}
}

// TestDeletesAtTheSameTime has many delete one file of a real store. All of them
// succeed, one more changes nothing, and one restore brings the file back.
func TestDeletesAtTheSameTime(t *testing.T) {
	objects := bucket.New(storeClient(t), storeBucket)
	r := newStoreRig(t, func(cfg *Config) { cfg.Deleter, cfg.Restorer = objects, objects })
	key := "deletes-" + rand.Text()
	object := "u/alice/" + key
	if _, err := storeClient(t).PutObject(t.Context(), &s3.PutObjectInput{Bucket: aws.String(storeBucket), Key: &object}); err != nil {
		t.Fatal(err)
	}
	const at = 6
	for range 10 {
		var all sync.WaitGroup
		for range at {
			all.Go(func() { r.succeeds(http.MethodDelete, "/api/files?key="+key, "") })
		}
		all.Wait()
		before, _, err := objects.Versions(t.Context(), object, "", 100)
		if err != nil || len(before) < 2 || len(before) > 1+at || !before[0].DeleteMarker {
			t.Fatalf("deletes at once leave %+v, %v", before, err)
		}
		r.succeeds(http.MethodDelete, "/api/files?key="+key, "")
		after, _, err := objects.Versions(t.Context(), object, "", 100)
		if err != nil || !slices.Equal(after, before) {
			t.Errorf("a delete of what is deleted makes %+v of %+v, %v", after, before, err)
		}
		r.succeeds(http.MethodPost, "/api/restore", `{"key":"`+key+`"}`)
		if history, _, err := objects.Versions(t.Context(), object, "", 100); err != nil || len(history) != 1 || history[0].DeleteMarker {
			t.Fatalf("one restore leaves %+v, %v", history, err)
		}
	}
}

// succeeds sends a request of alice that has to be answered with 200.
func (r *rig) succeeds(method, target, body string) {
	if a := r.do("alice", method, target, body); a.StatusCode != http.StatusOK {
		r.t.Errorf("%s %s: %d %s", method, target, a.StatusCode, a.body)
	}
}

// TestRestoreLooksAgain: what fails because others were quicker is done on what
// they have left; what fails by itself fails at once.
func TestRestoreLooksAgain(t *testing.T) {
	for name, tc := range map[string]struct {
		meanwhile func(r *rig)
		status    int
		removals  int
	}{
		"somebody else restored it": {func(r *rig) { r.bucket.versions["u/alice/a"] = r.bucket.versions["u/alice/a"][1:] }, http.StatusOK, 1},
		"nobody was there":          {func(*rig) {}, http.StatusConflict, 1},
	} {
		t.Run(name, func(t *testing.T) {
			stubborn := &stubbornBucket{}
			r := newRig(t, func(c *Config) {
				stubborn.memoryBucket = c.Deleter.(*memoryBucket)
				c.Restorer = stubborn
			})
			r.life("u/alice/a", "vx")
			stubborn.meanwhile = func() { tc.meanwhile(r) }
			if got := r.do("alice", http.MethodPost, "/api/restore", `{"key":"a"}`); got.StatusCode != tc.status || stubborn.removals != tc.removals {
				t.Errorf("%d after %d removals: %s", got.StatusCode, stubborn.removals, got.body)
			}
		})
	}
}

// stubbornBucket removes no marker.
type stubbornBucket struct {
	*memoryBucket
	meanwhile func()
	removals  int
}

func (b *stubbornBucket) RemoveMarker(context.Context, string, string) error {
	b.removals++
	b.meanwhile()
	return files.Problemf(files.CodeConflict, "versionId", "it holds bytes")
}
