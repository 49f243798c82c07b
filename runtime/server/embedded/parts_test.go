package embedded

import (
	"bytes"
	"io"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/versity/versitygw/backend/posix"
)

// TestAbortMeetsPart aborts an upload while a part of it arrives: it stays
// aborted, and the part is refused.
func TestAbortMeetsPart(t *testing.T) {
	for _, m := range []Metadata{Attributes, Sidecar} {
		t.Run(string(m), func(t *testing.T) {
			store, c, _ := startStore(t, m)
			u := beginUpload(t, c, "u/alice/film")
			part, err := s3.NewPresignClient(c).PresignUploadPart(t.Context(), &s3.UploadPartInput{Bucket: bucket, Key: &u.key, UploadId: &u.id, PartNumber: aws.Int32(2)})
			if err != nil {
				t.Fatal(err)
			}
			rest, answer := putSlowly(t, part.URL)
			arriving(t, store, 2) // the store has looked for the upload, and found it
			if _, err := c.AbortMultipartUpload(t.Context(), &s3.AbortMultipartUploadInput{Bucket: bucket, Key: &u.key, UploadId: &u.id}); err != nil {
				t.Fatal(err)
			}
			if _, err := io.WriteString(rest, lastBytes); err != nil {
				t.Fatal(err)
			}
			rest.Close()
			if got := <-answer; !strings.HasPrefix(got, "404 ") || !strings.Contains(got, "<Code>NoSuchUpload</Code>") {
				t.Errorf("the part is answered %s", got)
			}
			list, err := c.ListMultipartUploads(t.Context(), &s3.ListMultipartUploadsInput{Bucket: bucket})
			if err != nil || len(list.Uploads) != 0 {
				t.Errorf("uploads %+v, %v", list, err)
			}
			left, err := os.ReadDir(filepath.Join(store.cfg.Folder, objectsFolder, *bucket, posix.MetaTmpMultipartDir))
			if err != nil || len(left) != 0 {
				t.Errorf("on the disk is still %v, %v", left, err)
			}
		})
	}
}

// lastBytes are those that putSlowly leaves to its caller.
const lastBytes = "end"

// putSlowly begins to send a body of a MiB and lastBytes; the caller writes these
// to rest. The answer is its status and body, or why there is none.
func putSlowly(t *testing.T, url string) (rest *io.PipeWriter, answer <-chan string) {
	t.Helper()
	const begin = 1 << 20
	body, rest := io.Pipe()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPut, url, io.MultiReader(bytes.NewReader(make([]byte, begin)), body))
	if err != nil {
		t.Fatal(err)
	}
	r.ContentLength = begin + int64(len(lastBytes))
	answers := make(chan string, 1)
	go func() {
		res, err := http.DefaultClient.Do(r)
		if err != nil {
			answers <- err.Error()
			return
		}
		defer res.Body.Close()
		said, _ := io.ReadAll(res.Body)
		answers <- res.Status + " " + string(said)
	}()
	return rest, answers
}

// arriving waits until there are bytes of so many parts.
func arriving(t *testing.T, s *Store, parts int) {
	t.Helper()
	for end := time.Now().Add(time.Minute); ; time.Sleep(time.Millisecond) {
		found := 0
		err := filepath.WalkDir(filepath.Join(s.cfg.Folder, objectsFolder, *bucket, posix.MetaTmpMultipartDir), func(_ string, e fs.DirEntry, err error) error {
			if err != nil || e.IsDir() {
				return err
			}
			info, err := e.Info()
			if err == nil && info.Size() > 0 {
				found++
			}
			return err
		})
		if err == nil && found == parts {
			return
		}
		if time.Now().After(end) {
			t.Fatalf("there are bytes of %d parts, %v", found, err)
		}
	}
}
