package transfer

import (
	"os"
	"os/exec"
	"slices"
	"testing"
	"time"

	"github.com/bytepass/bytepass/runtime/server"
	"github.com/bytepass/bytepass/test/project"
)

// TestBesideS5cmd measures put and get beside s5cmd, a fast client that sends
// the same file to the same store with the store's own keys, and so without the
// API. It compares no checksums, and leaves what it fetches to the system's
// buffers, where get brings it to the disk first. Nothing is expected of the
// ratio, which depends on what else the machine does; both have to end with the
// same bytes.
func TestBesideS5cmd(t *testing.T) {
	const size, rounds = 100 * mib, 3
	peer, err := project.Tool(".tools/s5cmd", "tools/s5cmd.sh")
	if err != nil {
		t.Fatal(err)
	}
	r := newRig(t)
	store, keys, err := r.server.Store()
	if err != nil {
		t.Fatal(err)
	}
	sum := r.file("file", size)
	own := func(args ...string) *exec.Cmd {
		cmd := exec.CommandContext(t.Context(), r.binary, args...)
		cmd.Env = append(os.Environ(), "BYTEPASS_URL="+r.URL, "BYTEPASS_TOKEN=")
		return cmd
	}
	other := func(args ...string) *exec.Cmd {
		cmd := exec.CommandContext(t.Context(), peer, append([]string{"--endpoint-url", store, "cp"}, args...)...)
		cmd.Env = append(os.Environ(), "AWS_REGION=us-east-1", "AWS_ACCESS_KEY_ID="+keys.AccessKey, "AWS_SECRET_ACCESS_KEY="+keys.SecretKey)
		return cmd
	}
	there := "s3://" + server.Bucket + "/u/dev/s5cmd"
	for _, pair := range []struct {
		name      string
		own, peer func() *exec.Cmd
	}{
		{"put", func() *exec.Cmd { return own("put", "file", "own") }, func() *exec.Cmd { return other("file", there) }},
		{"get", func() *exec.Cmd { return own("get", "own", "own back") }, func() *exec.Cmd { return other(there, "s5cmd back") }},
		{"get, also onto the peer's disk", func() *exec.Cmd { return own("get", "own", "own back") }, func() *exec.Cmd {
			cmd := other(there, "s5cmd back")
			cmd.Args = append([]string{"sh", "-c", `"$@" && sync "s5cmd back"`, "sh"}, cmd.Args...)
			cmd.Path = "/bin/sh"
			return cmd
		}},
	} {
		var ours, theirs []time.Duration
		for range rounds {
			ours = append(ours, r.took(pair.own()))
			theirs = append(theirs, r.took(pair.peer()))
		}
		a, b := slices.Min(ours), slices.Min(theirs)
		t.Logf("measured: %s of %d MiB: %v, s5cmd %v: %.2f times as long", pair.name, size/mib, a.Round(time.Millisecond), b.Round(time.Millisecond), a.Seconds()/b.Seconds())
	}
	for _, name := range []string{"own back", "s5cmd back"} {
		if r.sum(name) != sum {
			t.Errorf("%q holds other bytes", name)
		}
	}
}

// took runs a command where the files are, and returns how long it took.
func (r *rig) took(cmd *exec.Cmd) time.Duration {
	r.t.Helper()
	cmd.Dir = r.folder
	start := time.Now()
	if out, err := cmd.CombinedOutput(); err != nil {
		r.t.Fatalf("%q: %v: %s", cmd.Args, err, out)
	}
	return time.Since(start)
}
