package purge

import (
	"strings"
	"testing"
	"time"

	"github.com/bytepass/bytepass/runtime/client"
)

// TestKilled erases 2,500 versions of a key, is killed in the middle, and is run
// again: all of it is gone, and nothing else.
func TestKilled(t *testing.T) {
	const versions = 2500
	d := deploy(t)
	d.versions("u/alice/a", versions)
	for _, object := range []string{"u/alice/ab", "u/alice/a b", "u/alice/b/a", "u/bob/a", "g/alice/a"} {
		d.versions(object, 2)
	}
	d.lists("alice", "a", "a b", "ab", "b/a")

	code, plan, text := d.run("--owner", "alice", "--key", "a", "--dry-run", "--json")
	if code != 0 || plan.Found.Versions != versions || plan.Found.Keys != 1 || plan.Found.Records != 1 || d.count("u/alice/") != versions+6 {
		t.Fatalf("the plan: exit code %d, %s", code, text)
	}
	d.killedBeforeBatch(2, "--owner", "alice", "--key", "a", "--yes")
	// The history of a key waits for a change of it that is under way.
	left := d.count("u/alice/a") - 4
	if left <= 0 || left >= versions {
		t.Fatalf("killed when %d of %d versions were left: that is not the middle", left, versions)
	}

	start := time.Now()
	code, done, text := d.run("--owner", "alice", "--key", "a", "--yes", "--json")
	if code != 0 || !done.clean() || done.Found.Versions != left || done.Erased.Records != 1 {
		t.Errorf("run again with %d left: exit code %d, %s", left, code, text)
	}
	t.Logf("measured: purge: killed with %d of %d versions left, finished by the next in %v", left, versions, time.Since(start).Round(10*time.Millisecond))
	if n := d.count("u/alice/"); n != 6 {
		t.Errorf("%d versions are left, want those of the other keys, 6", n)
	}
	if n := d.count(""); n != 10 {
		t.Errorf("%d versions are left of all, want 10", n)
	}
	d.lists("alice", "a b", "ab", "b/a")
	d.lists("bob", "a")
	if trash := d.listed("alice", client.Trash); len(trash) > 0 {
		t.Errorf("the trash has %q", trash)
	}
	if _, err := d.api("alice").File(t.Context(), "a", ""); client.CodeOf(err) != client.CodeNotFound {
		t.Errorf("the erased file: %v", err)
	}
	// The key can be used again, as if it had never been.
	d.versions("u/alice/a", 1)
	d.lists("alice", "a", "a b", "ab", "b/a")
}

// TestSpace erases all that a person has, with the server and without it, and
// leaves the others'.
func TestSpace(t *testing.T) {
	d := deploy(t)
	for _, object := range []string{"u/alice/x/1", "u/alice/x/2", "u/alice/y", "u/bob/x"} {
		d.versions(object, 2)
	}
	d.lists("alice", "x/1", "x/2", "y")
	d.lists("bob", "x")
	size := int64(20 << 20)
	if _, err := d.api("alice").Start(t.Context(), client.Upload{Key: "never ended", MimeType: "text/plain", Size: &size}); err != nil {
		t.Fatal(err)
	}
	if err := d.api("alice").Delete(t.Context(), "y"); err != nil {
		t.Fatal(err)
	}
	code, below, text := d.run("--owner", "alice", "--prefix", "x/", "--yes", "--json")
	if code != 0 || !below.clean() || below.Erased.Keys != 2 || below.Erased.Versions != 4 || below.Erased.Records != 2 {
		t.Errorf("below x/: exit code %d, %s", code, text)
	}
	if err := d.server.Stop(); err != nil {
		t.Fatal(err)
	}
	code, all, text := d.run("--owner", "alice", "--yes", "--json")
	if code != 0 || !all.clean() || all.Erased.Uploads != 1 || all.Erased.Versions != 2 || all.Erased.Markers != 1 {
		t.Errorf("without the server: exit code %d, %s", code, text)
	}
	if err := d.server.Restart(); err != nil {
		t.Fatal(err)
	}
	d.lists("alice")
	d.lists("bob", "x")
	for _, view := range []client.View{client.Trash, client.Rejected} {
		if keys := d.listed("alice", view); len(keys) > 0 {
			t.Errorf("%s: %q", view, keys)
		}
	}
	for _, name := range []string{"alice", "nobody"} { // erased, and never there
		for _, how := range []string{"--yes", "--dry-run"} {
			code, _, text = d.run("--owner", name, how)
			if code != 3 || !strings.Contains(text, "there was nothing of u/"+name+"; is the name right?") || strings.Contains(text, "nothing is left") {
				t.Errorf("%s %s: exit code %d, %s", name, how, code, text)
			}
		}
	}
	code, none, text := d.run("--owner", "nobody", "--yes", "--json")
	if code != 3 || !none.NothingThere || all.NothingThere {
		t.Errorf("nobody: exit code %d, %s", code, text)
	}
}

// TestNotConfirmed: without a terminal or --yes nothing is touched.
func TestNotConfirmed(t *testing.T) {
	d := deploy(t)
	d.versions("u/alice/a", 1)
	code, _, text := d.run("--owner", "alice")
	if code != 2 || !strings.Contains(text, "--yes") || d.count("u/alice/") != 1 {
		t.Errorf("exit code %d, %s", code, text)
	}
}
