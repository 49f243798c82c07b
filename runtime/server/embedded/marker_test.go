package embedded

import (
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
)

func paths(s *Store, key, version string) (current, older string) {
	b := &backend{objects: filepath.Join(s.cfg.Folder, objectsFolder), versions: filepath.Join(s.cfg.Folder, "versions")}
	return b.path(*bucket, key), filepath.Join(b.olderVersions(*bucket, key), version)
}

func stat(t *testing.T, path string) os.FileInfo {
	t.Helper()
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	return info
}

func TestDeleteAndUndeleteMoveTheFile(t *testing.T) {
	s, c, _ := startStore(t, Attributes)
	const key = "u/alice/a.txt"
	version := mustPut(t, c, key, "one")
	current, older := paths(s, key, version)
	uploaded := time.Now().Add(-time.Hour).Truncate(time.Second)
	if err := os.Chtimes(current, uploaded, uploaded); err != nil {
		t.Fatal(err)
	}
	file := stat(t, current)

	marker := remove(t, c, key, "")
	if !os.SameFile(file, stat(t, older)) {
		t.Error("the deleted version is a copy")
	}
	if size := stat(t, current).Size(); size != 0 {
		t.Errorf("the marker has %d bytes", size)
	}
	remove(t, c, key, marker)
	if !os.SameFile(file, stat(t, current)) {
		t.Error("the restored version is a copy")
	}
	head, err := c.HeadObject(t.Context(), &s3.HeadObjectInput{Bucket: bucket, Key: aws.String(key)})
	if err != nil || !aws.ToTime(head.LastModified).Equal(uploaded) {
		t.Errorf("uploaded %v, and the store says %v (%v)", uploaded, aws.ToTime(head.LastModified), err)
	}
}

// TestKilledBetweenTheStepsOfADelete leaves what such a process leaves: a
// second name of the current version.
func TestKilledBetweenTheStepsOfADelete(t *testing.T) {
	s, c, _ := startStore(t, Attributes)
	for name, next := range map[string]func(key, version string) (current string){
		"deleted again": func(key, _ string) string {
			remove(t, c, key, "")
			return ""
		},
		"deleted and restored": func(key, version string) string {
			remove(t, c, key, remove(t, c, key, ""))
			return "one one text/plain " + version
		},
		"overwritten": func(key, _ string) string {
			return "two two text/plain " + mustPut(t, c, key, "two")
		},
	} {
		t.Run(name, func(t *testing.T) {
			key := "u/alice/" + name
			version := mustPut(t, c, key, "one")
			current, older := paths(s, key, version)
			if err := os.MkdirAll(filepath.Dir(older), 0o700); err != nil {
				t.Fatal(err)
			}
			if err := os.Link(current, older); err != nil {
				t.Fatal(err)
			}
			if got := content(t, c, key); got != "one one text/plain "+version {
				t.Errorf("at first there is %q", got)
			}
			want := next(key, version)
			if got := content(t, c, key); got != want {
				t.Errorf("there is %q, want %q", got, want)
			}
			if all := history(t, c, key); !slices.Contains(all, version) || len(slices.Compact(all)) != len(all) {
				t.Errorf("history %v, the version was %s", all, version)
			}
		})
	}
}

func TestDeletingTwiceGivesTwoMarkers(t *testing.T) {
	_, c, _ := startStore(t, Attributes)
	const key = "u/alice/a.txt"
	version := mustPut(t, c, key, "one")
	first, second := remove(t, c, key, ""), remove(t, c, key, "")
	if got := history(t, c, key); !slices.Equal(got, []string{second, first, version}) {
		t.Errorf("history %v", got)
	}
	remove(t, c, key, second)
	if content(t, c, key) != "" {
		t.Error("one marker is left, and the object is back")
	}
	remove(t, c, key, first)
	if got := content(t, c, key); got != "one one text/plain "+version {
		t.Errorf("without markers there is %q", got)
	}
}
