package api

import (
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/bytepass/bytepass/runtime/files"
)

func presignBody(key string) string {
	return `{"key":"` + key + `","mimeType":"a/b","size":1}`
}

func TestFileBesideFolder(t *testing.T) {
	deleted := func(f *files.Record) {
		f.Status, f.DeletedAt, f.ExpiresAt = files.Deleted, start, start.Add(time.Hour)
	}
	rejected := func(f *files.Record) { f.Status = files.Rejected }
	for name, tc := range map[string]struct {
		there    files.Key
		state    func(*files.Record)
		erased   bool // no version is left in the bucket
		key      string
		conflict bool
	}{
		"below a file":                 {"a", nil, false, "a/b", true},
		"far below a file":             {"a/b", nil, false, "a/b/c/d/e", true},
		"below a deleted file":         {"a", deleted, false, "a/b", true},
		"below a rejected file":        {"a", rejected, false, "a/b", true},
		"where a folder is":            {"a/b", nil, false, "a", true},
		"where a deep folder is":       {"a/b/c/d", nil, false, "a/b", true},
		"where a folder of deleted is": {"a/b", deleted, false, "a", true},
		"where a folder of refused is": {"a/b", rejected, false, "a", true},
		"below an erased file":         {"a", deleted, true, "a/b", false},
		"where an erased folder was":   {"a/b", deleted, true, "a", false},
		"on top of a file":             {"a", nil, false, "a", false},
		"on top of a deleted file":     {"a", deleted, false, "a", false},
		"beside a file":                {"a/b", nil, false, "a/c", false},
		"a name that begins alike":     {"ab/c", nil, false, "a", false},
		"a file that begins alike":     {"a", nil, false, "ab/c", false},
	} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t, func(c *Config) { c.FileSystem = true })
			r.put(person(t, "alice"), tc.there, tc.state)
			if tc.erased {
				delete(r.bucket.versions, "u/alice/"+string(tc.there))
			}
			got := r.do("alice", http.MethodPost, "/api/presign", presignBody(tc.key))
			if !tc.conflict {
				into[PresignedUpload](t, got)
				return
			}
			wantProblem(t, got, http.StatusConflict, files.CodePathConflict, "key")
			short := r.do("alice", http.MethodPost, "/api/upload-url", `{"filename":"`+tc.key+`","fileType":"a/b"}`)
			wantProblem(t, short, http.StatusConflict, files.CodePathConflict, "filename")

			// Only in the same space, and only on such a store.
			into[PresignedUpload](t, r.do("bob", http.MethodPost, "/api/presign", presignBody(tc.key)))
			other := newRig(t, nil)
			other.put(person(t, "alice"), tc.there, tc.state)
			into[PresignedUpload](t, other.do("alice", http.MethodPost, "/api/presign", presignBody(tc.key)))
		})
	}
}

func TestNamesTooLongForFiles(t *testing.T) {
	r := newRig(t, func(c *Config) { c.FileSystem = true })
	for _, key := range []string{strings.Repeat("x", 255), "a/" + strings.Repeat("é", 127) + "/b"} {
		into[PresignedUpload](t, r.do("alice", http.MethodPost, "/api/presign", presignBody(key)))
	}
	for _, key := range []string{strings.Repeat("x", 256), "a/" + strings.Repeat("é", 128) + "/b", strings.Repeat("😀", 70)} {
		wantProblem(t, r.do("alice", http.MethodPost, "/api/presign", presignBody(key)), http.StatusBadRequest, files.CodeNameTooLong, "key")
		into[PresignedUpload](t, newRig(t, nil).do("alice", http.MethodPost, "/api/presign", presignBody(key)))
	}
}

func TestNoAnswerIsNotNoConflict(t *testing.T) {
	r := newRig(t, func(c *Config) { c.FileSystem = true })
	r.put(person(t, "alice"), "a", func(f *files.Record) { f.Status = files.Deleted })
	r.bucket.err = &files.Problem{Code: files.CodeUnavailable, Detail: "try again", Err: errors.New("down")}
	wantProblem(t, r.do("alice", http.MethodPost, "/api/presign", presignBody("a/b")), http.StatusServiceUnavailable, files.CodeUnavailable, "")
}

// A store that can be asked is, with the object's key, and nobody else.
func TestCheckName(t *testing.T) {
	r := newRig(t, func(c *Config) {
		c.FileSystem, c.Catalog = true, panicking{}
		c.CheckName = func(object string) error {
			if object == "u/alice/a/b" {
				return files.Problemf(files.CodePathConflict, "key", "a is a file")
			}
			return nil
		}
	})
	into[PresignedUpload](t, r.do("alice", http.MethodPost, "/api/presign", presignBody("a/c")))
	wantProblem(t, r.do("alice", http.MethodPost, "/api/presign", presignBody("a/b")), http.StatusConflict, files.CodePathConflict, "key")
}
