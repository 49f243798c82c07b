package embedded

import (
	"crypto/sha256"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
)

// Keys whose versions are kept in folders of one folder do not see each other's
// come and go.
func TestHistoriesDoNotDisturbEachOther(t *testing.T) {
	both(t, func(t *testing.T, c *s3.Client, _ *told) {
		once := func(o *s3.Options) { o.Retryer = aws.NopRetryer{} }
		var wg sync.WaitGroup
		for _, key := range keptTogether(6) {
			wg.Go(func() {
				for range 15 {
					for range 2 {
						if _, err := c.PutObject(t.Context(), &s3.PutObjectInput{Bucket: bucket, Key: &key, Body: strings.NewReader("x")}, once); err != nil {
							t.Errorf("put: %v", err)
						}
					}
					if _, err := c.DeleteObject(t.Context(), &s3.DeleteObjectInput{Bucket: bucket, Key: &key}, once); err != nil {
						t.Errorf("delete: %v", err)
					}
					for _, version := range history(t, c, key) {
						if _, err := c.DeleteObject(t.Context(), &s3.DeleteObjectInput{Bucket: bucket, Key: &key, VersionId: &version}, once); err != nil {
							t.Errorf("remove a version: %v", err)
						}
					}
				}
			})
		}
		wg.Wait()
	})
}

// keptTogether returns keys whose versions are in one folder of the first level.
func keptTogether(n int) (keys []string) {
	for i := 0; len(keys) < n; i++ {
		key := fmt.Sprintf("u/alice/%d", i)
		if sha256.Sum256([]byte(key))[0] == 0 {
			keys = append(keys, key)
		}
	}
	return keys
}

// All versions of keys can be removed by one request, those on top first and
// last, and nothing is left of them.
func TestRemoveManyVersions(t *testing.T) {
	both(t, func(t *testing.T, c *s3.Client, _ *told) {
		for _, newestFirst := range []bool{true, false} {
			var all []types.ObjectIdentifier
			for n := range 3 {
				key := fmt.Sprintf("u/alice/%d", n)
				versions := []string{mustPut(t, c, key, "one"), mustPut(t, c, key, "two"), remove(t, c, key, ""), mustPut(t, c, key, "three")}
				if newestFirst {
					slices.Reverse(versions)
				}
				for _, v := range versions {
					all = append(all, types.ObjectIdentifier{Key: &key, VersionId: aws.String(v)})
				}
			}
			stays := mustPut(t, c, "u/alice/stays", "x")
			out, err := c.DeleteObjects(t.Context(), &s3.DeleteObjectsInput{Bucket: bucket, Delete: &types.Delete{Objects: append(all, types.ObjectIdentifier{Key: aws.String("u/alice/stays")})}})
			if err != nil {
				t.Fatal(err)
			}
			if len(out.Errors) != 0 || len(out.Deleted) != len(all)+1 {
				t.Errorf("%d of %d are deleted, with the errors %v", len(out.Deleted), len(all)+1, out.Errors)
			}
			marker := aws.ToString(out.Deleted[len(out.Deleted)-1].DeleteMarkerVersionId)
			if got, want := entries(t, c, "u/alice/", "", 100), []string{"u/alice/stays " + stays, "*u/alice/stays " + marker + "†"}; !slices.Equal(got, want) {
				t.Errorf("left are %q, want %q", got, want)
			}
			remove(t, c, "u/alice/stays", marker)
			remove(t, c, "u/alice/stays", stays)
		}
	})
}

// A process that is killed between the two steps of a deletion leaves a version
// with two names. It is one version, and can be removed.
func TestVersionWithTwoNames(t *testing.T) {
	s, c, _ := startStore(t, Attributes)
	const key = "u/alice/a"
	version := mustPut(t, c, key, "x")
	older := (&backend{versions: filepath.Join(s.cfg.Folder, "versions")}).olderVersions(*bucket, key)
	if err := os.MkdirAll(older, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.Link(filepath.Join(s.cfg.Folder, objectsFolder, *bucket, key), filepath.Join(older, version)); err != nil {
		t.Fatal(err)
	}
	if got := history(t, c, key); !slices.Equal(got, []string{version}) {
		t.Errorf("history %v, want %s once", got, version)
	}
	remove(t, c, key, version)
	if got := history(t, c, key); len(got) != 0 {
		t.Errorf("all versions are removed, and there is %v", got)
	}
}

// Nothing is left of keys whose versions are removed, not even folders.
func TestRemovedVersionsLeaveNoFolders(t *testing.T) {
	s, c, _ := startStore(t, Attributes)
	once := mustPut(t, c, "u/alice/once", "x")
	versions := []string{mustPut(t, c, "u/alice/more", "one"), mustPut(t, c, "u/alice/more", "two"), remove(t, c, "u/alice/more", "")}
	remove(t, c, "u/alice/once", once)
	for _, v := range versions {
		remove(t, c, "u/alice/more", v)
	}
	for _, of := range []string{"versions", objectsFolder} {
		left, err := filepath.Glob(filepath.Join(s.cfg.Folder, of, *bucket, "[^.]*"))
		if err != nil || len(left) > 0 {
			t.Errorf("left are %v, %v", left, err)
		}
	}
}
