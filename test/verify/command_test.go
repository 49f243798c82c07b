package verify

import (
	"bytes"
	"encoding/json"
	"errors"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// command runs the command with tokens in files and returns its exit code.
func (d *deployment) command(t *testing.T, environ []string, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	dir := t.TempDir()
	for name, token := range map[string]string{"own": d.own, "other": d.other, "expired": d.expired} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(token+"\n"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	cmd := exec.CommandContext(t.Context(), d.server.Binary, append([]string{"verify", "--timeout", longest.String(), "--listed-within", patience.String()}, args...)...)
	cmd.Dir, cmd.Env = dir, append(os.Environ(), append(environ, "BYTEPASS_URL="+d.server.URL)...)
	var out, log bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &log
	var exit *exec.ExitError
	if err := cmd.Run(); err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	return cmd.ProcessState.ExitCode(), out.String(), log.String()
}

// TestCommand runs the command as an operator does.
func TestCommand(t *testing.T) {
	d := deploy(t)
	everything := []string{"--token-file", "own", "--other-token-file", "other", "--expired-token-file", "expired", "--origin", origin}
	with := func(more ...string) []string { return append(append([]string{}, everything...), more...) }

	code, out, log := d.command(t, nil, with("--json", "--require", "all", "--except", "signer-header,tls")...)
	var report struct {
		Passed, Failed, NotChecked int
		Checks                     []struct {
			Name, State, Why, How string
			Seconds               float64
		}
	}
	if err := json.Unmarshal([]byte(out), &report); err != nil || code != 0 || report.Failed != 0 || report.NotChecked != 2 || report.Passed != len(report.Checks)-2 {
		t.Errorf("exit code %d, %v, %s%s", code, err, out, log)
	}

	// A signer's credentials that are good for everything: those of the root.
	root := []string{"BYTEPASS_SIGNER_ACCESS_KEY=" + d.root.AccessKeyID, "BYTEPASS_SIGNER_SECRET_KEY=" + d.root.SecretAccessKey}
	code, out, log = d.command(t, root, with("--quiet", "--except", "expiry", "--prometheus", "canary.prom")...)
	if code != 1 || strings.Count(out, "FAILED") != 1 || !strings.Contains(out, "FAILED  signer-header") || log != "" {
		t.Errorf("a fault: exit code %d, %s%s", code, out, log)
	}
	if strings.Contains(out, d.root.SecretAccessKey) || strings.Contains(out, d.root.AccessKeyID) {
		t.Error("the report holds a key")
	}

	code, out, log = d.command(t, nil, with("--quiet", "--except", "expiry")...)
	if code != 0 || out != "" || log != "" {
		t.Errorf("quiet: exit code %d, %q, %q", code, out, log)
	}
	code, out, log = d.command(t, nil, "--token-file", "own", "--except", "expiry", "--require", "other-owner,upload", "--prometheus", "-")
	if code != 1 || !strings.Contains(out, "\nbytepass_verify_success 0\n") {
		t.Errorf("required: exit code %d, %s%s", code, out, log)
	}
	code, out, log = d.command(t, nil, "--token-file", "own", "--except", "expiry", "--require", "other-owner,upload", "--quiet")
	if code != 1 || !strings.Contains(log, "required and not checked: other-owner") || !strings.Contains(out, "--other-token-file") {
		t.Errorf("required: exit code %d, %s%s", code, out, log)
	}
	code, out, log = d.command(t, nil, "--except", "expiry")
	if code != 0 || !strings.Contains(out, "ok      no-token") {
		t.Errorf("as the guest: exit code %d, %s%s", code, out, log)
	}
	code, out, log = d.command(t, []string{"BYTEPASS_TOKEN=" + d.expired}, "--json")
	if code != 4 || !strings.Contains(log, "refuses the token") || !json.Valid([]byte(out)) {
		t.Errorf("a token that has expired: exit code %d, %s%s", code, out, log)
	}
	// Behind a proxy nobody is the guest: without a token it is used wrongly.
	target, err := url.Parse(d.server.URL)
	if err != nil {
		t.Fatal(err)
	}
	proxy := httptest.NewServer(&httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) { r.SetURL(target); r.SetXForwarded() }})
	defer proxy.Close()
	code, out, log = d.command(t, []string{"BYTEPASS_TOKEN="}, "--url", proxy.URL, "--prometheus", "canary.prom")
	if code != 2 || out != "" || strings.Count(log, "\n") != 1 || !strings.Contains(log, "--token-file") {
		t.Errorf("without a token: exit code %d, %s%s", code, out, log)
	}
	nowhere := httptest.NewServer(nil)
	nowhere.Close()
	code, out, _ = d.command(t, nil, "--url", nowhere.URL, "--prometheus", "-")
	if code != 1 || !strings.Contains(out, "\nbytepass_verify_success 0\n") || !strings.Contains(out, `bytepass_verify_check{check="reach"} 0`) {
		t.Errorf("nobody there: exit code %d, %s", code, out)
	}
	d.clean(t)
}

// line is what Prometheus's text format has in a line.
var line = regexp.MustCompile(`^(# (HELP|TYPE) [a-z_]+ .+|[a-z_]+(\{check="[a-z-]+"\})? [0-9.]+)$`)

// TestPrometheus: the file is replaced in one step, and can be read.
func TestPrometheus(t *testing.T) {
	d := deploy(t)
	file := filepath.Join(t.TempDir(), "canary.prom")
	if err := os.WriteFile(file, []byte("old"), 0o600); err != nil {
		t.Fatal(err)
	}
	if code, out, log := d.command(t, nil, "--quiet", "--except", "expiry", "--prometheus", file); code != 0 {
		t.Fatalf("exit code %d, %s%s", code, out, log)
	}
	content, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	for text := range strings.Lines(string(content)) {
		if !line.MatchString(strings.TrimSuffix(text, "\n")) {
			t.Errorf("no line of the format: %q", text)
		}
	}
	for _, want := range []string{`bytepass_verify_check{check="type-bound"} 1`, `bytepass_verify_check_not_made{check="expiry"} 1`, "bytepass_verify_success 1", "bytepass_verify_listed_seconds "} {
		if !strings.Contains(string(content), want) {
			t.Errorf("no %s in %s", want, content)
		}
	}
	if strings.Contains(string(content), `bytepass_verify_check{check="expiry"}`) {
		t.Error("a check that was not made has a sample")
	}
	if info, err := os.Stat(file); err != nil || info.Mode().Perm() != 0o644 {
		t.Errorf("%v, %v", info.Mode(), err)
	}
}
