package transfer

import (
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"

	"github.com/bytepass/bytepass/runtime/client"
)

func TestTwoPutsOfOneFile(t *testing.T) { joins(t, newRig(t), largeFile) }

// TestTwoPutsShare: who joins an upload comes from the end, and sends nothing that
// the other one, who goes on from the front, has sent meanwhile.
func TestTwoPutsShare(t *testing.T) {
	const size, others = 8 * partSize, 5 * partSize
	r := newRig(t)
	sum := r.file("large", size)
	began := r.begin("large", 2*partSize)
	if err := began.cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = began.cmd.Wait() // it was killed
	r.count.sent.release()
	r.wait(func() bool { return r.count.open.Load() == 0 }, "what is left of the first put goes on")
	goOn := sync.OnceValue(func() error { return r.sendFront("large", size, others) })
	r.count.refuseIf(func(req *http.Request) bool { return req.Host != r.count.api && goOn() != nil })
	if e := r.one("put", "large", "k", "--parallel", "1"); e.Sent != size-others || e.Resumed != others || e.Verified != "crc64nvme" {
		t.Errorf("put says %+v", e)
	}
	if err := goOn(); err != nil {
		t.Error(err)
	}
	r.arrived("shared", sum)
}

// sendFront sends what is missing of the first bytes of the unfinished upload of
// "k", past the network.
func (r *rig) sendFront(name string, size, front int64) error {
	ctx := r.t.Context()
	api, err := client.New(client.Config{BaseURL: r.URL})
	if err != nil {
		return err
	}
	all, err := os.ReadFile(filepath.Join(r.folder, name))
	if err != nil {
		return err
	}
	uploads, err := api.UnfinishedOf(ctx, "k", size)
	if err != nil || len(uploads) != 1 {
		return fmt.Errorf("%d uploads are unfinished: %w", len(uploads), err)
	}
	var wanted []client.WantedPart
	for n := range front / partSize {
		wanted = append(wanted, client.WantedPart{Number: int(n) + 1})
	}
	signed, err := api.SignParts(ctx, "k", uploads[0].ID, wanted)
	if err != nil {
		return err
	}
	for _, part := range signed.Parts {
		at := int64(part.Number-1) * partSize
		if err := sendPart(ctx, http.DefaultClient, part, all[at:at+partSize]); err != nil {
			return err
		}
	}
	return nil
}

func TestPartThatArrivesLate(t *testing.T) { arrivesLate(t, newRig(t)) }

func TestTwoPutsAtTheSameMoment(t *testing.T) { atTheSameMoment(t, newRig(t), 3*partSize) }

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
