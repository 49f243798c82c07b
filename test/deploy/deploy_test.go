// Package deploy tries what the folder deploy ships: the sample of settings, the
// unit of systemd and the recipe of a container, with the real binary.
package deploy

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/bytepass/bytepass/test/project"
	"github.com/bytepass/bytepass/test/serve"
)

// binary is the path of the command, and root that of the project.
var binary, root string

func TestMain(m *testing.M) {
	var err error
	if root, err = project.Root(); err == nil {
		binary, err = serve.Binary(context.Background())
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(m.Run())
}

func read(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(root, path))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func write(t *testing.T, path, text string, mode os.FileMode) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), mode); err != nil {
		t.Fatal(err)
	}
}

// TestSampleSettings: the sample can be used as it is, with the secrets where
// the unit puts them.
func TestSampleSettings(t *testing.T) {
	credentials := t.TempDir()
	for _, name := range loaded(t) {
		write(t, filepath.Join(credentials, name), "secret-of-"+name+"\n", 0o400)
	}
	cert, key := pair(t)
	cmd := exec.CommandContext(t.Context(), binary, "serve", "--check-config", "--config", filepath.Join(root, "deploy", "bytepass.yaml"), "--tls-cert", cert, "--tls-key", key)
	cmd.Env = []string{"CREDENTIALS_DIRECTORY=" + credentials}
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	for _, says := range []string{"log-format: json # ", "drain-delay: 5s # ", "webhook-secret: \"***\" # " + credentials + "/webhook-secret\n", "s3-signer-secret-key: \"***\""} {
		if !strings.Contains(string(out), says) {
			t.Errorf("no %q in\n%s", says, out)
		}
	}
	if strings.Contains(string(out), "secret-of-") {
		t.Errorf("it prints a secret:\n%s", out)
	}
}

var commented = regexp.MustCompile(`(?m)^# ([a-z0-9-]+): `)

// TestCommentedSettings: what the sample only shows are settings too.
func TestCommentedSettings(t *testing.T) {
	help, err := exec.CommandContext(t.Context(), binary, "serve", "--help").Output()
	if err != nil {
		t.Fatal(err)
	}
	found := commented.FindAllStringSubmatch(read(t, "deploy/bytepass.yaml"), -1)
	if len(found) < 3 {
		t.Errorf("only %d settings are commented", len(found))
	}
	for _, m := range found {
		if !strings.Contains(string(help), " --"+m[1]+" ") {
			t.Errorf("%s is no setting", m[1])
		}
	}
}
