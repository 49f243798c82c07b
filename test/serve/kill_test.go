package serve

import (
	"context"
	"crypto/md5"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"math/rand/v2"
	"net/http"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"github.com/bytepass/bytepass/runtime/server"
	"github.com/bytepass/bytepass/runtime/server/embedded"
)

const (
	kills   = 8
	writers = 4
	// mostChanges bounds how many changes the server makes before it is killed.
	mostChanges = 60
	// changesTimeout bounds how long it may take for them, on a machine that
	// does much else.
	changesTimeout = 2 * time.Minute
)

// TestKillLosesNothing kills the real server at random points while files are
// uploaded through signed URLs, overwritten, deleted and restored. After each
// restart every version that was acknowledged is there with its bytes, what was
// settled is as it was, and the catalog lists exactly what the bucket holds.
func TestKillLosesNothing(t *testing.T) {
	binary, err := Binary(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	s, err := Start(binary, filepath.Join(t.TempDir(), "data"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := s.Stop(); err != nil {
			t.Error(err)
		}
	}()
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	random := rand.New(rand.NewPCG(seed, 0))
	var changes atomic.Int64
	all := make([]*writer, writers)
	for i := range all {
		all[i] = &writer{
			name: fmt.Sprintf("w%d", i), api: s.URL, files: map[string]*written{}, changes: &changes,
			random: rand.New(rand.NewPCG(seed, uint64(i+1))), bytes: rand.NewChaCha8([32]byte{byte(i)}),
		}
	}
	for range kills {
		ctx, stop := context.WithCancel(t.Context())
		var wg sync.WaitGroup
		for _, w := range all {
			wg.Go(func() { w.work(ctx) })
		}
		await(t, &changes, changes.Load()+10+random.Int64N(mostChanges-10))
		if err := s.Kill(); err != nil {
			t.Fatal(err)
		}
		stop()
		wg.Wait()
		if err := s.Restart(); err != nil {
			t.Fatal(err)
		}
		check(t, s, all)
	}
	acknowledged := 0
	for _, w := range all {
		for _, f := range w.files {
			acknowledged += len(f.versions)
		}
	}
	t.Logf("%d versions acknowledged across %d kills", acknowledged, kills)
	if acknowledged == 0 {
		t.Error("no version was acknowledged: the test tried nothing")
	}
}

// await waits until a counter has come that far.
func await(t *testing.T, counter *atomic.Int64, far int64) {
	t.Helper()
	for end := time.Now().Add(changesTimeout); counter.Load() < far; time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("%d changes are acknowledged after %v, want %d", counter.Load(), changesTimeout, far)
		}
	}
}

// check compares what the writers know, what the bucket holds and what the
// catalog lists.
func check(t *testing.T, s *Server, all []*writer) {
	t.Helper()
	client := storeOf(t, s)
	current := bucketNow(t, client)
	if listed := catalogNow(t, s); !maps.Equal(listed, current) {
		t.Errorf("the catalog lists %v, the bucket holds %v", listed, current)
	}
	for _, w := range all {
		for key, f := range w.files {
			for version, sum := range f.versions {
				if got := sumOf(t, client, key, version); got != sum {
					t.Errorf("version %s of %s was acknowledged and holds %q now", version, key, got)
				}
			}
			if !f.open && current[key] != f.current {
				t.Errorf("%s is at version %q, and was left at %q", key, current[key], f.current)
			}
			f.open, f.current = false, current[key]
			// An upload that was not acknowledged may have arrived all the
			// same, and then a restore brings it back.
			if _, known := f.versions[f.current]; f.current != "" && !known {
				f.versions[f.current] = sumOf(t, client, key, f.current)
			}
		}
	}
}

func storeOf(t *testing.T, s *Server) *s3.Client {
	t.Helper()
	endpoint, keys, err := s.Store()
	if err != nil {
		t.Fatal(err)
	}
	return embedded.NewClient(endpoint, keys.AccessKey, keys.SecretKey)
}

const spaceOfDev = "u/dev/"

// bucketNow returns the current version of every key of owner dev.
func bucketNow(t *testing.T, client *s3.Client) map[string]string {
	t.Helper()
	now := map[string]string{}
	pages := s3.NewListObjectVersionsPaginator(client, &s3.ListObjectVersionsInput{Bucket: aws.String(server.Bucket), Prefix: aws.String(spaceOfDev)})
	for pages.HasMorePages() {
		page, err := pages.NextPage(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for _, v := range page.Versions {
			if aws.ToBool(v.IsLatest) {
				now[strings.TrimPrefix(aws.ToString(v.Key), spaceOfDev)] = aws.ToString(v.VersionId)
			}
		}
	}
	return now
}

// catalogNow returns the version of every key that the API lists.
func catalogNow(t *testing.T, s *Server) map[string]string {
	t.Helper()
	res, err := http.Get(s.URL + "/api/files?limit=1000")
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	var page []struct{ Key, VersionID string }
	if err := json.NewDecoder(res.Body).Decode(&page); err != nil || res.Header.Get("Link") != "" {
		t.Fatalf("the list: %v, more pages: %q", err, res.Header.Get("Link"))
	}
	now := map[string]string{}
	for _, r := range page {
		now[r.Key] = r.VersionID
	}
	return now
}

// sumOf returns the MD5 of a version's bytes, or what is wrong with it.
func sumOf(t *testing.T, client *s3.Client, key, version string) string {
	t.Helper()
	out, err := client.GetObject(t.Context(), &s3.GetObjectInput{Bucket: aws.String(server.Bucket), Key: aws.String(spaceOfDev + key), VersionId: &version})
	if err != nil {
		return err.Error()
	}
	defer out.Body.Close()
	sum := md5.New()
	if _, err := io.Copy(sum, out.Body); err != nil {
		return err.Error()
	}
	return hex.EncodeToString(sum.Sum(nil))
}
