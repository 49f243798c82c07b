package uploads_test

import (
	"bytes"
	"errors"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"github.com/bytepass/bytepass/runtime/files"
	"github.com/bytepass/bytepass/runtime/uploads"
)

// put stores an object of which no upload of ours knows.
func put(t testing.TB, s files.Space, key files.Key, body string) {
	t.Helper()
	_, err := gateway.Client().PutObject(t.Context(), &s3.PutObjectInput{
		Bucket: aws.String(bucketName), Key: aws.String(objectKey(t, s, key)), Body: strings.NewReader(body),
	})
	if err != nil {
		t.Fatal(err)
	}
}

// begun returns an upload of "film" with all its parts sent.
func begun(t testing.TB, c *uploads.Control, s files.Space, body []byte) uploads.Started {
	t.Helper()
	started := start(t, c, s, intent("film", len(body)))
	sendAll(t, started, body)
	return started
}

func complete(t testing.TB, c *uploads.Control, s files.Space, id string) uploads.Completed {
	t.Helper()
	done, err := c.Complete(t.Context(), s, "film", id, uploads.Finish{})
	if err != nil {
		t.Fatal(err)
	}
	return done
}

// gone checks that err says that the upload is gone and the key holds current;
// nothing if that is nil.
func gone(t testing.TB, err error, current []byte) {
	t.Helper()
	var e *uploads.GoneError
	if !errors.As(err, &e) || files.CodeOf(err) != files.CodeUploadGone {
		t.Fatalf("%v, want %s", err, files.CodeUploadGone)
	}
	if e.Found != (current != nil) || e.Found && (e.Current.Size != int64(len(current)) || e.Current.ETag == "" || e.Current.VersionID == "" || e.Current.Key != "film") {
		t.Errorf("current %v %+v, want %d bytes", e.Found, e.Current, len(current))
	}
}

func TestCompleteTwice(t *testing.T) {
	c, alice, body := newControl(t, nil), person(t), content(12*mib)
	started := begun(t, c, alice, body)
	first := complete(t, c, alice, started.ID)
	if again := complete(t, c, alice, started.ID); again != first {
		t.Errorf("the second time %+v, the first time %+v", again, first)
	}
	if _, err := c.Complete(t.Context(), alice, "film", started.ID, uploads.Finish{ChecksumCRC64NVME: crc64NVME(nil)}); files.CodeOf(err) != files.CodeInvalidChecksum {
		t.Errorf("again with another checksum: %v", err)
	}
	_, err := c.Progress(t.Context(), alice, "film", started.ID)
	gone(t, err, body)
}

func TestCompleteAtTheSameTime(t *testing.T) {
	c, alice, body := newControl(t, nil), person(t), content(60*mib)
	started := begun(t, c, alice, body)
	answers := make([]uploads.Completed, 8)
	var wg sync.WaitGroup
	for i := range answers {
		wg.Go(func() {
			var err error
			if answers[i], err = c.Complete(t.Context(), alice, "film", started.ID, uploads.Finish{}); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	for _, a := range answers {
		if a != answers[0] || a.VersionID == "" {
			t.Errorf("%+v and %+v", a, answers[0])
		}
	}
	if !bytes.Equal(stored(t, alice, "film"), body) {
		t.Error("other bytes are stored than were sent")
	}
}

func TestCompleteAfterAbort(t *testing.T) {
	for name, there := range map[string][]byte{"nothing there": nil, "another file there": []byte("older")} {
		t.Run(name, func(t *testing.T) {
			c, alice, body := newControl(t, nil), person(t), content(1000)
			if there != nil {
				put(t, alice, "film", string(there))
			}
			started := begun(t, c, alice, body)
			for range 2 {
				if err := c.Abort(t.Context(), alice, "film", started.ID); err != nil {
					t.Fatal(err)
				}
			}
			_, err := c.Complete(t.Context(), alice, "film", started.ID, uploads.Finish{})
			gone(t, err, there)
			_, err = c.Progress(t.Context(), alice, "film", started.ID)
			gone(t, err, there)
			if status, _ := send(t, started.Parts[0].Presigned, body); status != http.StatusNotFound {
				t.Errorf("a part of an aborted upload: status %d, want 404", status)
			}
			if !bytes.Equal(stored(t, alice, "film"), there) {
				t.Error("the file changed")
			}
		})
	}
}

func TestAbortAfterComplete(t *testing.T) {
	c, alice, body := newControl(t, nil), person(t), content(1000)
	started := begun(t, c, alice, body)
	first := complete(t, c, alice, started.ID)
	if err := c.Abort(t.Context(), alice, "film", started.ID); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(stored(t, alice, "film"), body) {
		t.Error("the file is gone")
	}
	if again := complete(t, c, alice, started.ID); again != first {
		t.Errorf("completed again %+v, the first time %+v", again, first)
	}
}

func TestCompleteAfterOverwrite(t *testing.T) {
	c, alice := newControl(t, nil), person(t)
	started := begun(t, c, alice, content(1000))
	complete(t, c, alice, started.ID)
	put(t, alice, "film", "newer")
	_, err := c.Complete(t.Context(), alice, "film", started.ID, uploads.Finish{})
	gone(t, err, []byte("newer"))
}

func TestTwoUploadsOfOneKey(t *testing.T) {
	c, alice, one, two := newControl(t, nil), person(t), content(1000), content(2000)
	a, b := begun(t, c, alice, one), begun(t, c, alice, two)
	complete(t, c, alice, a.ID)
	complete(t, c, alice, b.ID)
	if !bytes.Equal(stored(t, alice, "film"), two) {
		t.Error("the later completion is not what is there")
	}
	_, err := c.Complete(t.Context(), alice, "film", a.ID, uploads.Finish{})
	gone(t, err, two)
}

func TestNoOverwrite(t *testing.T) {
	body := content(1000)
	begin := func(t *testing.T, c *uploads.Control, s files.Space) uploads.Started {
		in := intent("film", len(body))
		in.NoOverwrite = true
		started := start(t, c, s, in)
		sendAll(t, started, body)
		return started
	}
	for name, change := range map[string]func(*uploads.Config){
		"a store that refuses":               nil,
		"a store that ignores the condition": func(cfg *uploads.Config) { cfg.Store = unconditional{cfg.Store} },
	} {
		t.Run(name, func(t *testing.T) {
			c, alice := newControl(t, change), person(t)
			started := begin(t, c, alice)
			first := complete(t, c, alice, started.ID)
			if again := complete(t, c, alice, started.ID); again != first {
				t.Errorf("completed again %+v, the first time %+v", again, first)
			}
			in := intent("film", 5)
			in.NoOverwrite = true
			if _, err := c.Start(t.Context(), alice, in); files.CodeOf(err) != files.CodeConflict {
				t.Errorf("started over a file: %v", err)
			}

			bob := space(t, t.Name()+" bob")
			late := begin(t, c, bob)
			put(t, bob, "film", "faster")
			for range 2 {
				if _, err := c.Complete(t.Context(), bob, "film", late.ID, uploads.Finish{}); files.CodeOf(err) != files.CodeConflict {
					t.Errorf("completed over a file: %v", err)
				}
			}
			if got := stored(t, bob, "film"); string(got) != "faster" {
				t.Errorf("there is %q", got)
			}
		})
	}
	t.Run("said on completion", func(t *testing.T) {
		c, alice := newControl(t, nil), person(t)
		started := begun(t, c, alice, body)
		put(t, alice, "film", "faster")
		if _, err := c.Complete(t.Context(), alice, "film", started.ID, uploads.Finish{NoOverwrite: true}); files.CodeOf(err) != files.CodeConflict {
			t.Errorf("completed over a file: %v", err)
		}
	})
}
