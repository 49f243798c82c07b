package transfer

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// running is a put that runs beside others.
type running struct {
	r           *rig
	cmd         *exec.Cmd
	out, errors bytes.Buffer
}

// putting starts a put of a file to "k", through the network or past it.
func (r *rig) putting(name string, through bool) *running {
	r.t.Helper()
	p := &running{r: r, cmd: r.command("put", name, "k", "--json", "--parallel", "1")}
	if !through {
		p.cmd = exec.CommandContext(r.t.Context(), r.binary, "put", name, "k", "--json")
		p.cmd.Dir, p.cmd.Env = r.folder, append(os.Environ(), "BYTEPASS_URL="+r.URL)
	}
	p.cmd.Stdout, p.cmd.Stderr = &p.out, &p.errors
	if err := p.cmd.Start(); err != nil {
		r.t.Fatal(err)
	}
	return p
}

// end waits for the put; e is what it told.
func (p *running) end() (code int, e event) {
	p.r.t.Helper()
	_ = p.cmd.Wait() // its state says how it ended
	if err := json.Unmarshal(p.out.Bytes(), &e); err != nil {
		p.r.t.Fatalf("put says %q, %q: %v", p.out.String(), p.errors.String(), err)
	}
	return p.cmd.ProcessState.ExitCode(), e
}

// begin starts a put of a file to "k" through the network, which stands still
// when so many bytes have passed, and waits for that. Nothing else is under way.
func (r *rig) begin(name string, bytes int64) *running {
	r.t.Helper()
	r.wait(func() bool { return r.count.open.Load() == 0 }, "what is left of another put goes on")
	reached := r.count.sent.hold(bytes)
	p := r.putting(name, true)
	select {
	case <-reached:
	case <-time.After(patience):
		r.t.Fatalf("%d bytes have not passed", bytes)
	}
	return p
}

// wait waits until something holds; otherwise is what is wrong if it never does.
func (r *rig) wait(holds func() bool, otherwise string) {
	r.t.Helper()
	for end := time.Now().Add(patience); !holds(); time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			r.t.Fatal(otherwise)
		}
	}
}

// arrived fails the test unless the file is there and nothing else is left.
func (r *rig) arrived(what, sum string) {
	r.t.Helper()
	r.one("get", "k", "back")
	if r.sum("back") != sum {
		r.t.Errorf("%s: other bytes came back", what)
	}
	if code, stdout, stderr := r.run(r.command("uploads")); code != 0 || stdout != "" {
		r.t.Errorf("%s: parts are left: exit code %d, %s%s", what, code, stdout, stderr)
	}
}

// TestTwoPutsOfOneFile sends a file twice at the same time: the second joins the
// upload of the first, whoever is ready first completes it, and both succeed.
func TestTwoPutsOfOneFile(t *testing.T) {
	r := newRig(t)
	sum := r.file("large", largeFile)
	first := r.begin("large", 2*partSize)
	codeOfSecond, joined := r.putting("large", false).end()
	r.count.sent.release()
	codeOfFirst, began := first.end()
	if codeOfFirst != 0 || codeOfSecond != 0 || joined.Resumed == 0 || joined.Resumed+joined.Sent != largeFile {
		t.Errorf("exit codes %d and %d: %+v, %+v", codeOfFirst, codeOfSecond, began, joined)
	}
	if began.VersionID != joined.VersionID || began.Verified != "crc64nvme" {
		t.Errorf("the first put says %+v, the second %+v", began, joined)
	}
	r.arrived("completed by the second", sum)
}

// TestTwoPutsAtTheSameMoment has both begin before any part is there.
func TestTwoPutsAtTheSameMoment(t *testing.T) {
	r := newRig(t)
	sum := r.file("large", 3*partSize)
	started := time.Now()
	both := []*running{r.putting("large", false), r.putting("large", false)}
	for _, p := range both {
		if code, e := p.end(); code != 0 {
			t.Errorf("exit code %d: %+v", code, e)
		}
	}
	t.Logf("measured: both ended after %v", time.Since(started))
	r.arrived("at the same moment", sum)
}

// TestManyPutsOfOneKey: each of several files that go to one key at once is stored,
// and none of the puts waits for the list to show what a later one has replaced.
func TestManyPutsOfOneKey(t *testing.T) {
	r := newRig(t)
	var puts []*running
	for _, name := range []string{"a", "b", "c", "d", "e", "f"} {
		r.file(name, 1000)
		puts = append(puts, r.putting(name, false))
	}
	for _, p := range puts {
		if code, e := p.end(); code != 0 || e.Unlisted {
			t.Errorf("exit code %d: %+v", code, e)
		}
	}
}

// TestUploadAbortedUnderWay removes the upload that a put is sending: it sends
// the file by another one.
func TestUploadAbortedUnderWay(t *testing.T) {
	r := newRig(t)
	sum := r.file("large", 5*partSize)
	put := r.begin("large", 2*partSize)
	abort := exec.CommandContext(t.Context(), r.binary, "uploads", "--abort", "--older-than", "0s", "--url", r.URL)
	if out, err := abort.CombinedOutput(); err != nil || !strings.HasPrefix(string(out), "aborted") {
		t.Fatalf("%v: %s", err, out)
	}
	r.count.sent.release()
	if code, e := put.end(); code != 0 || e.Size != 5*partSize || e.Sent <= e.Size {
		t.Errorf("exit code %d: %+v", code, e)
	}
	r.arrived("aborted", sum)
}

// TestOneOfTwoPutsEnds ends one of two puts that share an upload, in every way in
// which it does not succeed: the other one goes on with the same upload.
func TestOneOfTwoPutsEnds(t *testing.T) {
	const size = 7 * partSize
	r := newRig(t)
	sum := r.file("large", size)
	change := func(p *running) error {
		f, err := os.OpenFile(filepath.Join(r.folder, p.cmd.Args[2]), os.O_APPEND|os.O_WRONLY, 0)
		if err != nil {
			return err
		}
		defer f.Close()
		_, err = f.WriteString("more")
		return err
	}
	interrupt := func(p *running) error { return p.cmd.Process.Signal(syscall.SIGINT) }
	for name, tc := range map[string]struct {
		first bool
		end   func(*running) error
		code  int
	}{
		"the one that joined is interrupted":      {false, interrupt, 130},
		"the one that began is interrupted":       {true, interrupt, 130},
		"the file of the one that joined changes": {false, change, 1},
		"the one that joined is killed":           {false, func(p *running) error { return p.cmd.Process.Kill() }, -1},
	} {
		r.file("copy", size)
		began := r.begin("large", 2*partSize)
		joined := r.putting("copy", true)
		r.wait(func() bool { return r.count.sent.heldUp() == 2 }, "the second put sends nothing")
		ends, stays := joined, began
		if tc.first {
			ends, stays = began, joined
		}
		if err := tc.end(ends); err != nil {
			t.Fatal(err)
		}
		if tc.code == 1 { // it looks at its file when it has sent a part
			r.count.sent.release()
		}
		_ = ends.cmd.Wait() // its state says how it ended
		r.count.sent.release()
		code, e := stays.end()
		if got := ends.cmd.ProcessState.ExitCode(); got != tc.code || code != 0 || e.Resumed+e.Sent != size {
			t.Errorf("%s: exit codes %d and %d, %+v, %s", name, got, code, e, stays.errors.String())
		}
		r.arrived(name, sum)
		if code, _, stderr := r.run(r.command("rm", "k")); code != 0 {
			t.Fatal(stderr)
		}
	}
}
