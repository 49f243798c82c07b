package transfer

import (
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

const (
	largeFile = 100*mib + 12345
	partSize  = 10 * mib
	inFlight  = 2 // parts or ranges at once, which a kill may cost
	rangeSize = 16 * mib
	kills     = 2
	linkSpeed = `{"name":"slow","type":"bandwidth","stream":"upstream","attributes":{"rate":51200}}` // KB/s
	linkBack  = `{"name":"slow back","type":"bandwidth","stream":"downstream","attributes":{"rate":51200}}`
)

// killAt starts a command and kills it when the counter has moved so far; it
// reports whether the command was killed before its end.
func (r *rig) killAt(counter *atomic.Int64, bytes int64, args ...string) bool {
	r.t.Helper()
	cmd := r.command(args...)
	if err := cmd.Start(); err != nil {
		r.t.Fatal(err)
	}
	ended := make(chan struct{})
	go func() {
		cmd.Wait() // its state says how it ended
		close(ended)
	}()
	for goal := counter.Load() + bytes; counter.Load() < goal; {
		select {
		case <-ended:
			return !cmd.ProcessState.Success()
		case <-time.After(time.Millisecond):
		}
	}
	cmd.Process.Kill() // it may have ended just now
	<-ended
	return !cmd.ProcessState.Success()
}

// TestPutResumesAfterKill kills put at random points, again and again, and lets
// it end: only what was under way has travelled twice.
func TestPutResumesAfterKill(t *testing.T) {
	r := newRig(t)
	sum := r.file("large", largeFile)
	r.network(linkSpeed)
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	random := rand.New(rand.NewPCG(seed, 0))
	killed := 0
	for range kills {
		if r.killAt(&r.count.sent, 3*partSize+random.Int64N(partSize), "put", "large", "k", "--parallel", "2") {
			killed++
		}
	}
	r.network()
	e := r.one("put", "large", "k")
	if e.Resumed == 0 || e.Resumed+e.Sent != largeFile {
		t.Errorf("of %d bytes %d were there and %d were sent", int64(largeFile), e.Resumed, e.Sent)
	}
	total := r.count.sent.Load()
	t.Logf("measured: put of %d MB killed %d times: %d MB travelled, the last run resumed %d MB", int64(largeFile)/1e6, killed, total/1e6, e.Resumed/1e6)
	if most := int64(largeFile + killed*inFlight*partSize); killed == 0 || total > most {
		t.Errorf("killed %d times, and %d bytes travelled: more than %d, what was under way had to be repeated", killed, total, most)
	}
	r.one("get", "k", "back")
	if r.sum("back") != sum {
		t.Error("other bytes came back")
	}
	if code, stdout, stderr := r.run(r.command("uploads")); code != 0 || stdout != "" {
		t.Errorf("unfinished uploads are left: exit code %d, %s%s", code, stdout, stderr)
	}
}

// TestGetResumesAfterKill does the same to get.
func TestGetResumesAfterKill(t *testing.T) {
	r := newRig(t)
	sum := r.file("large", largeFile)
	r.one("put", "large", "k")
	r.network(linkBack)
	random := rand.New(rand.NewPCG(1, 2))
	killed := 0
	for range kills {
		if r.killAt(&r.count.fetched, 9*rangeSize/4+random.Int64N(rangeSize/4), "get", "k", "back", "--parallel", "2") {
			killed++
		}
	}
	r.network()
	e := r.one("get", "k", "back")
	total := r.count.fetched.Load()
	t.Logf("measured: get of %d MB killed %d times: %d MB travelled, the last run resumed %d MB", int64(largeFile)/1e6, killed, total/1e6, e.Resumed/1e6)
	if e.Resumed == 0 || e.Resumed+e.Sent != largeFile || e.Verified != "sha256" {
		t.Errorf("get says %+v", e)
	}
	if most := int64(largeFile + killed*inFlight*rangeSize); killed == 0 || total > most {
		t.Errorf("killed %d times, and %d bytes travelled, more than %d", killed, total, most)
	}
	if r.sum("back") != sum {
		t.Error("other bytes came back")
	}
}

// TestAnotherFileIsNotResumed begins an upload, and goes on with a file that
// begins with the same bytes and is longer: what arrives is the longer file.
func TestAnotherFileIsNotResumed(t *testing.T) {
	r := newRig(t)
	r.file("log", largeFile)
	r.network(linkSpeed)
	if !r.killAt(&r.count.sent, 6*partSize, "put", "log", "k") {
		t.Fatal("put ended before it was killed")
	}
	r.network()
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
		r.network(linkSpeed)
		before := r.count.sent.Load()
		done := make(chan error, 1)
		go func() {
			for r.count.sent.Load() < before+2*partSize {
				time.Sleep(time.Millisecond)
			}
			done <- change(filepath.Join(r.folder, "changing"))
		}()
		code, _, stderr := r.run(r.command("put", "changing", "k"))
		if err := <-done; err != nil {
			t.Fatal(err)
		}
		r.network()
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
