package transfer

import (
	"bytes"
	"encoding/json"
	"os/exec"
	"slices"
	"strings"
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
		p.cmd = r.through(r.past.address, "put", name, "k", "--json")
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

// awaitListed waits until "k" is listed with one of these versions: where the store
// tells late, put does not wait so long.
func (r *rig) awaitListed(versions ...string) {
	r.t.Helper()
	r.wait(func() bool {
		_, stdout, _ := r.run(r.command("ls", "--json", "k"))
		return slices.ContainsFunc(versions, func(v string) bool { return strings.Contains(stdout, `"versionId":"`+v+`"`) })
	}, "the file is not listed")
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

// joins sends a file twice at the same time: the second joins the upload of the
// first, whoever is ready first completes it, and both succeed.
func joins(t *testing.T, r *rig, size int64) {
	sum := r.file("large", size)
	first := r.begin("large", 2*partSize)
	codeOfSecond, joined := r.putting("large", false).end()
	r.count.sent.release()
	codeOfFirst, began := first.end()
	if codeOfFirst != 0 || codeOfSecond != 0 || joined.Resumed == 0 || joined.Resumed+joined.Sent < size {
		t.Errorf("exit codes %d and %d: %+v, %+v", codeOfFirst, codeOfSecond, began, joined)
	}
	want, _ := r.verified(true)
	if began.VersionID != joined.VersionID || began.Verified != want || joined.Verified != want {
		t.Errorf("the first put says %+v, the second %+v", began, joined)
	}
	r.awaitListed(began.VersionID)
	r.arrived("completed by the second", sum)
}

// atTheSameMoment has two begin before any part is there.
func atTheSameMoment(t *testing.T, r *rig, size int64) {
	sum := r.file("large", size)
	started := time.Now()
	var versions []string
	for _, p := range []*running{r.putting("large", false), r.putting("large", false)} {
		code, e := p.end()
		if code != 0 {
			t.Errorf("exit code %d: %+v", code, e)
		}
		versions = append(versions, e.VersionID)
	}
	t.Logf("measured: both ended after %v", time.Since(started))
	r.awaitListed(versions...)
	r.arrived("at the same moment", sum)
}
