package transfer

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestWait: what was put with --wait is there for a get of its folder.
func TestWait(t *testing.T) {
	r := newRig(t)
	const files = 300
	for i := range files {
		r.file(fmt.Sprintf("many/%03d", i), int64(i))
	}
	if code, stdout, stderr := r.run(r.command("put", "--quiet", "--wait", "many/", "bulk/")); code != 0 || stdout != "" {
		t.Fatalf("exit code %d: %s%s", code, stdout, stderr)
	}
	if code, _, stderr := r.run(r.command("get", "--quiet", "bulk/", "back/")); code != 0 {
		t.Fatalf("exit code %d: %s", code, stderr)
	}
	if back, err := os.ReadDir(filepath.Join(r.folder, "back")); err != nil || len(back) != files {
		t.Errorf("%d of %d files came back: %v", len(back), files, err)
	}
}

// TestTokenWithNewline: a token as a file holds it is good in a variable, too.
func TestTokenWithNewline(t *testing.T) {
	r := newRig(t)
	token, err := exec.CommandContext(t.Context(), r.binary, "token", "--data", r.server.Data, "--owner", "alice").Output()
	if err != nil || !strings.HasSuffix(string(token), "\n") {
		t.Fatalf("%q, %v", token, err)
	}
	r.file("f", 1)
	r.Token = string(token)
	r.one("put", "f", "k")
	if code, stdout, stderr := r.run(r.command("ls", "k", "--quiet")); code != 0 || stdout != "k\n" {
		t.Errorf("exit code %d: %s%s", code, stdout, stderr)
	}
	r.Token = "a\nb"
	if code, _, stderr := r.run(r.command("put", "f", "k")); code != 2 || !strings.Contains(stderr, "BYTEPASS_TOKEN: ") {
		t.Errorf("a token of two lines: exit code %d: %s", code, stderr)
	}
}
