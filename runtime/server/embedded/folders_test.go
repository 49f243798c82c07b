package embedded

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/versity/versitygw/backend/posix"
)

// TestFolderThatEmptiesBesideAPut removes the last object of a folder while one
// arrives there: the folder waits for it, and goes if it does not come to be.
func TestFolderThatEmptiesBesideAPut(t *testing.T) {
	for _, m := range []Metadata{Attributes, Sidecar} {
		t.Run(string(m), func(t *testing.T) {
			s, c, _ := startStore(t, m)
			top := filepath.Join(s.cfg.Folder, objectsFolder, *bucket, "u")
			for _, arrives := range []bool{true, false} {
				gone := mustPut(t, c, "u/alice/folder/gone", "x")
				body, answer := arrivingObject(t, s, c, "u/alice/folder/new")
				remove(t, c, "u/alice/folder/gone", gone)
				if _, err := os.Stat(filepath.Join(top, "alice/folder")); err != nil {
					t.Errorf("an object arrives, and its folder has gone: %v", err)
				}
				if !arrives {
					body.CloseWithError(errors.New("the client dies"))
					<-answer
					absent(t, top)
					continue
				}
				if _, err := io.WriteString(body, lastBytes); err != nil {
					t.Fatal(err)
				}
				body.Close()
				if got := <-answer; !strings.HasPrefix(got, "200 OK") {
					t.Errorf("the object is answered %s", got)
				}
				for _, version := range history(t, c, "u/alice/folder/new") {
					remove(t, c, "u/alice/folder/new", version)
				}
				absent(t, top)
			}
		})
	}
}

// arrivingObject begins to put an object, and returns when the store writes
// what has come; lastBytes are still to be written to rest.
func arrivingObject(t *testing.T, s *Store, c *s3.Client, key string) (rest *io.PipeWriter, answer <-chan string) {
	t.Helper()
	signed, err := s3.NewPresignClient(c).PresignPutObject(t.Context(), &s3.PutObjectInput{Bucket: bucket, Key: &key})
	if err != nil {
		t.Fatal(err)
	}
	rest, answer = putSlowly(t, signed.URL)
	hidden := filepath.Join(s.cfg.Folder, objectsFolder, *bucket, posix.MetaTmpDir)
	for end := time.Now().Add(time.Minute); ; time.Sleep(time.Millisecond) {
		entries, err := os.ReadDir(hidden)
		for _, e := range entries {
			if e.Type().IsRegular() {
				return rest, answer
			}
		}
		if time.Now().After(end) {
			t.Fatalf("nothing arrives, %v", err)
		}
	}
}

// absent waits until a path is not there.
func absent(t *testing.T, path string) {
	t.Helper()
	for end := time.Now().Add(time.Minute); time.Now().Before(end); time.Sleep(time.Millisecond) {
		if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
			return
		}
	}
	t.Errorf("%s is still there", path)
}

// Folders of few objects come and go all the time, under those who put objects
// there and remove versions.
func TestFoldersComeAndGo(t *testing.T) {
	both(t, func(t *testing.T, c *s3.Client, _ *told) {
		once := func(o *s3.Options) { o.Retryer = aws.NopRetryer{} }
		var wg sync.WaitGroup
		for _, key := range []string{"u/alice/folder/a", "u/alice/folder/b"} {
			wg.Go(func() {
				for range 25 {
					for range 2 {
						if _, err := c.PutObject(t.Context(), &s3.PutObjectInput{Bucket: bucket, Key: &key, Body: strings.NewReader("x")}, once); err != nil {
							t.Errorf("put: %v", err)
						}
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
