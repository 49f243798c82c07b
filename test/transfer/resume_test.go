package transfer

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestPutResumesAfterKill(t *testing.T) { putResumes(t, newRig(t), largeFile, 2) }

func TestGetResumesAfterKill(t *testing.T) { getResumes(t, newRig(t), largeFile, 2) }

// TestAnotherFileIsNotResumed begins an upload, and goes on with a file that
// begins with the same bytes and is longer: what arrives is the longer file.
func TestAnotherFileIsNotResumed(t *testing.T) {
	r := newRig(t)
	r.file("log", largeFile)
	if !r.killAt(&r.count.sent, 6*partSize, "put", "log", "k") {
		t.Fatal("put ended before it was killed")
	}
	f, err := os.OpenFile(filepath.Join(r.folder, "log"), os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.WriteString(strings.Repeat("one line more\n", 100)); err != nil {
		t.Fatal(err)
	}
	f.Close()
	r.one("put", "log", "k")
	r.one("get", "k", "back")
	if r.sum("back") != r.sum("log") {
		t.Error("what came back is not the file as it was at the end")
	}
}

// TestChangingFile writes to a file while it is sent: nothing is stored, the
// parts are removed, and the user is told.
func TestChangingFile(t *testing.T) {
	r := newRig(t)
	for name, change := range map[string]func(path string) error{
		"grows": func(path string) error {
			f, err := os.OpenFile(path, os.O_APPEND|os.O_WRONLY, 0)
			if err != nil {
				return err
			}
			defer f.Close()
			_, err = f.WriteString("more")
			return err
		},
		"is replaced": func(path string) error {
			return os.Rename(path+".new", path)
		},
		"is written over, its times set back": func(path string) error {
			info, err := os.Stat(path)
			if err != nil {
				return err
			}
			f, err := os.OpenFile(path, os.O_WRONLY, 0)
			if err != nil {
				return err
			}
			defer f.Close()
			if _, err := f.WriteAt([]byte("other bytes"), largeFile-100); err != nil {
				return err
			}
			return os.Chtimes(path, info.ModTime(), info.ModTime())
		},
	} {
		r.file("changing", largeFile)
		r.file("changing.new", largeFile)
		underWay := r.count.sent.hold(2 * partSize)
		done := make(chan error, 1)
		go func() {
			<-underWay
			done <- change(filepath.Join(r.folder, "changing"))
			r.count.sent.release()
		}()
		code, _, stderr := r.run(r.command("put", "changing", "k"))
		if err := <-done; err != nil {
			t.Fatal(err)
		}
		if code != 1 || !strings.Contains(stderr, "changed while it was being sent") {
			t.Errorf("%s: exit code %d: %s", name, code, stderr)
		}
		if code, stdout, _ := r.run(r.command("uploads")); code != 0 || stdout != "" {
			t.Errorf("%s: parts are left: %s", name, stdout)
		}
		if code, stdout, _ := r.run(r.command("ls")); code != 0 || stdout != "" {
			t.Errorf("%s: something is stored: %s", name, stdout)
		}
	}
}

// TestExpiredURLs refuses the first URL of every part, and one range of a
// download, as a store does when they have expired: fresh ones are asked for.
func TestExpiredURLs(t *testing.T) {
	r := newRig(t)
	sum := r.file("large", largeFile/2)
	seen := map[string]bool{}
	r.count.refuseIf(func(req *http.Request) bool {
		if req.Host == r.count.api {
			return false
		}
		q := req.URL.Query()
		id := req.Method + q.Get("partNumber") + req.Header.Get("Range")
		first := !seen[id]
		seen[id] = true
		return first
	})
	r.one("put", "large", "k")
	r.one("get", "k", "back")
	if r.sum("back") != sum || len(seen) < 8 {
		t.Errorf("other bytes came back, or too few requests were refused (%d)", len(seen))
	}
	r.count.refuseIf(func(req *http.Request) bool { return req.Host != r.count.api })
	if code, _, stderr := r.run(r.command("put", "large", "never")); code != 1 || !strings.Contains(stderr, "refuses the signed URL") {
		t.Errorf("a store that refuses everything: exit code %d: %s", code, stderr)
	}
}
