package main

import (
	"strings"
	"testing"
)

// --check-config prints what counts, and not the zero that stands for a default.
func TestCheckConfigPrintsDefaultsInForce(t *testing.T) {
	t.Setenv("BYTEPASS_S3_SECRET_KEY", "secret")
	code, stdout, stderr := command(t, "serve", "--data", t.TempDir(), "--s3-endpoint", "http://127.0.0.1:1", "--s3-bucket", "files", "--s3-access-key", "key", "--check-config")
	for _, line := range []string{"reconcile-every: 1h0m0s # default\n", "poll-every: 5s # default\n"} {
		if code != exitDone || !strings.Contains(stdout, line) {
			t.Errorf("exit code %d, want %q in:\n%s%s", code, line, stdout, stderr)
		}
	}
}

// The help of provision is about an administrator and a bucket that is not there
// yet, and no line of its text is longer than a terminal.
func TestHelpOfProvision(t *testing.T) {
	_, stdout, _ := command(t, "provision", "--help")
	for _, others := range []string{"the embedded store", "as bytepass provision has made it", "as whom the server works"} {
		if strings.Contains(stdout, others) {
			t.Errorf("it says %q", others)
		}
	}
	text, _, _ := strings.Cut(stdout, "Usage:")
	for line := range strings.Lines(text) {
		if len(strings.TrimSpace(line)) > 84 {
			t.Errorf("unwrapped: %s", line)
		}
	}
}
