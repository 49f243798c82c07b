// Package settings runs the real "bytepass serve" with settings that it has to
// refuse, and with those that the project ships.
package settings

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/bytepass/bytepass/test/serve"
)

// binary is the path of the command.
var binary string

func TestMain(m *testing.M) {
	var err error
	if binary, err = serve.Binary(context.Background()); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(m.Run())
}

// answer is what a command has said.
type answer struct {
	code           int
	stdout, stderr string
}

// run runs a command line with these variables and no others, in a folder.
func run(t *testing.T, dir string, environ []string, args ...string) answer {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, binary, args...)
	cmd.Dir, cmd.Env = dir, environ
	var stdout, stderr strings.Builder
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	err := cmd.Run()
	if exit := (*exec.ExitError)(nil); err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	return answer{cmd.ProcessState.ExitCode(), stdout.String(), stderr.String()}
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// sesame is a secret that nothing may print.
const sesame = "sesame-open-sesame"

// store are settings of a store, as keys of the file: six lines.
const store = "s3-endpoint: https://s3.example\ns3-bucket: files\ns3-access-key: bytepass\ns3-secret-key: " + sesame +
	"\nissuer: https://login.example\naudience: files\n"

// TestRefused: every kind of bad setting is one line that names it as it was
// written and says what to do; the exit code is 2, and nothing was touched.
func TestRefused(t *testing.T) {
	for name, tc := range map[string]struct {
		file    string
		environ []string
		args    []string
		origin  string // how the line begins
		says    string // the remedy
	}{
		"unknown flag":              {"", nil, []string{"--lisen", "x"}, "unknown flag: --lisen", "--listen was perhaps meant"},
		"unknown key":               {"quiet: true\nlisen: x\n", nil, nil, "bytepass.yaml:2: lisen", "listen was perhaps meant"},
		"unknown variable":          {"", []string{"BYTEPASS_LISEN=x"}, nil, "BYTEPASS_LISEN", "BYTEPASS_LISTEN was perhaps meant"},
		"key of a function":         {"", []string{"BYTEPASS_BUCKET=files"}, nil, "BYTEPASS_BUCKET", "BYTEPASS_S3_BUCKET was perhaps meant"},
		"nobody's variable":         {"", []string{"BYTEPASS_GARDEN=x"}, nil, "BYTEPASS_GARDEN", "unset it"},
		"nested keys":               {"s3:\n  endpoint: https://s3.example\n", nil, nil, "bytepass.yaml:1: s3", "was perhaps meant"},
		"wrong type, flag":          {"", nil, []string{"--part-seconds", "soon"}, "--part-seconds", "whole number"},
		"wrong type, variable":      {"", []string{"BYTEPASS_REQUIRE_SCOPES=yes"}, nil, "BYTEPASS_REQUIRE_SCOPES", "true or false"},
		"wrong type, key":           {"drain-delay: 5\n", nil, nil, "bytepass.yaml:1: drain-delay", "30s"},
		"wrong size":                {"max-size: 5 GB and a bit\n", nil, nil, "bytepass.yaml:1: max-size", "5GiB"},
		"number for text":           {"listen: 8080\n", nil, nil, "bytepass.yaml:1: listen", "quotes"},
		"text for a list":           {"origin: https://app.example\n", nil, nil, "bytepass.yaml:1: origin", "brackets"},
		"list for text":             {"listen: [a, b]\n", nil, nil, "bytepass.yaml:1: listen", "one value"},
		"no choice":                 {"log-format: xml\n", nil, nil, "bytepass.yaml:1: log-format", "text or json"},
		"out of range, flag":        {"", nil, []string{"--part-seconds", "0x7fffffff"}, "--part-seconds", "between 1 and 2700"},
		"out of range, variable":    {"", []string{"BYTEPASS_MAX_SIZE=60TiB"}, nil, "BYTEPASS_MAX_SIZE", "between 1"},
		"out of range, key":         {"\ndrain-delay: 24h\n", nil, nil, "bytepass.yaml:2: drain-delay", "between 0 and 5m"},
		"contradiction":             {"quiet: true\n", []string{"BYTEPASS_VERBOSE=true"}, nil, "bytepass.yaml:1: quiet", "BYTEPASS_VERBOSE"},
		"two stores":                {store + "s3-listen: 127.0.0.1:9000\n", nil, nil, "bytepass.yaml:7: s3-listen", "--s3-endpoint"},
		"one port for all":          {"listen: 127.0.0.1:8080\ns3-listen: 127.0.0.1:8080\n", nil, nil, "bytepass.yaml:2: s3-listen", "port of its own"},
		"one port for metrics":      {"", []string{"BYTEPASS_METRICS_LISTEN=:8080"}, nil, "BYTEPASS_METRICS_LISTEN", "port of their own"},
		"missing partner":           {"issuer: https://login.example\n", nil, nil, "bytepass.yaml:1: issuer", "--audience"},
		"missing partner, other":    {"", []string{"BYTEPASS_AUDIENCE=files"}, nil, "BYTEPASS_AUDIENCE", "--issuer"},
		"missing partner, TLS":      {"", nil, []string{"--tls-key", "key.pem"}, "--tls-key", "--tls-cert"},
		"missing secret":            {strings.ReplaceAll(store, "s3-secret-key", "# s3-secret-key"), nil, nil, "BYTEPASS_S3_SECRET_KEY", "--s3-secret-key-file"},
		"nothing to be for":         {"webhook-secret: " + sesame + "\n", nil, nil, "bytepass.yaml:1: webhook-secret", "--s3-endpoint"},
		"open to the world":         {"", []string{"BYTEPASS_LISTEN=:8080"}, nil, "BYTEPASS_LISTEN", "--issuer"},
		"file that is not there":    {"", nil, []string{"--config", "nothing.yaml"}, "--config", "no such file"},
		"file that is a folder":     {"", []string{"BYTEPASS_CONFIG=."}, nil, "BYTEPASS_CONFIG", "is a folder"},
		"file that is too large":    {"# " + strings.Repeat("x", 1<<20), nil, nil, "--config", "larger than"},
		"empty flag":                {"", nil, []string{"--database="}, "--database", "leave the flag out"},
		"empty variable":            {"", []string{"BYTEPASS_DATABASE="}, nil, "BYTEPASS_DATABASE", "unset it"},
		"empty key":                 {"listen: 127.0.0.1:8080\ndatabase:\n", nil, nil, "bytepass.yaml:2: database", "take the line out"},
		"twice":                     {"listen: 127.0.0.1:1\nlisten: 127.0.0.1:1\n", nil, nil, "bytepass.yaml:2: listen", "line 1"},
		"no YAML":                   {"listen: 127.0.0.1:1\n\tquiet: true\n", nil, nil, "bytepass.yaml:2", "is not YAML"},
		"no settings":               {"just text\n", nil, nil, "bytepass.yaml:1", "one setting a line"},
		"two documents":             {"quiet: true\n---\nquiet: false\n", nil, nil, "bytepass.yaml", "second document"},
		"secret as a flag":          {"", nil, []string{"--webhook-secret", sesame}, "--webhook-secret", "BYTEPASS_WEBHOOK_SECRET"},
		"secret too short":          {store + "webhook-secret: short-and\n", nil, nil, "bytepass.yaml:7: webhook-secret", "openssl rand"},
		"secret and its file":       {"", []string{"BYTEPASS_WEBHOOK_SECRET=" + sesame, "BYTEPASS_WEBHOOK_SECRET_FILE=secret"}, nil, "BYTEPASS_WEBHOOK_SECRET", "keep one of them"},
		"no secret's file":          {"", nil, []string{"--webhook-secret-file", "nothing"}, "--webhook-secret-file", "no such file"},
		"secret's file is a folder": {"", []string{"BYTEPASS_WEBHOOK_SECRET_FILE=."}, nil, "BYTEPASS_WEBHOOK_SECRET_FILE", "is a folder"},
		"empty secret's file":       {"webhook-secret-file: /dev/null\n", nil, nil, "bytepass.yaml:1: webhook-secret-file", "is empty"},
		"secret of several lines":   {"quiet: true\nverbose: false\n", nil, []string{"--webhook-secret-file", "bytepass.yaml"}, "--webhook-secret-file", "alone"},
		"no certificate":            {store + "tls-cert: nothing.pem\ntls-key: nothing.pem\n", nil, nil, "bytepass.yaml:7: tls-cert", "no such file"},
		"no PEM":                    {store + "tls-cert: bytepass.yaml\ntls-key: bytepass.yaml\n", nil, nil, "bytepass.yaml:7: tls-cert", "PEM"},
		"TLS without an issuer":     {"", nil, []string{"--tls-cert", "a", "--tls-key", "b"}, "--tls-cert", "--issuer"},
		"no database":               {"database: mysql://root:" + sesame + "@db.example/files\n", nil, nil, "bytepass.yaml:1: database", "postgres://"},
		"no assembly":               {"assembly: .\n", nil, nil, "bytepass.yaml:1: assembly", "cdk synth"},
		"no endpoint":               {strings.Replace(store, "https://s3", "s3", 1), nil, nil, "bytepass.yaml:1: s3-endpoint", "https://"},
		"no origin":                 {"quiet: true\norigin:\n  - '*'\n", nil, nil, "bytepass.yaml:2: origin", "https://app.example"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			write(t, filepath.Join(dir, "bytepass.yaml"), tc.file+"\n\n")
			args := append([]string{"serve"}, tc.args...)
			if tc.file != "" {
				args = append(args, "--config", "bytepass.yaml")
			}
			got := run(t, dir, tc.environ, args...)
			if got.code != 2 || got.stdout != "" {
				t.Errorf("exit code %d, it prints %q", got.code, got.stdout)
			}
			line, ended := strings.CutSuffix(got.stderr, "\n")
			if !ended || strings.Contains(line, "\n") || strings.Contains(line, sesame) {
				t.Errorf("not one line, or a secret: %s", got.stderr)
			}
			if !strings.HasPrefix(line, "bytepass: "+tc.origin) || !strings.Contains(line, tc.says) {
				t.Errorf("it says %s\nwant %s… %s", line, tc.origin, tc.says)
			}
			if found, err := os.ReadDir(dir); err != nil || len(found) != 1 {
				t.Errorf("it has made files: %v, %v", found, err)
			}
		})
	}
}

// TestCheckConfig: what the settings come to is printed with where each comes
// from, loads again, and holds no secret; nothing is touched.
func TestCheckConfig(t *testing.T) {
	dir := t.TempDir()
	write(t, filepath.Join(dir, "bytepass.yaml"), store+"max-size: 20MB\norigin: [https://a.example, https://b.example]\n")
	got := run(t, dir, []string{"BYTEPASS_WEBHOOK_SECRET=" + sesame, "BYTEPASS_DATABASE=postgres://u:" + sesame + "@db.example/files"},
		"serve", "--config", "bytepass.yaml", "--check-config", "--listen", ":8080", "--metrics-listen", "127.0.0.1:9100")
	if got.code != 0 || got.stderr != "" {
		t.Fatalf("exit code %d: %s", got.code, got.stderr)
	}
	for _, line := range []string{
		"listen: :8080 # --listen\n", "max-size: \"20000000\" # bytepass.yaml:7\n", "origin: ['https://a.example', 'https://b.example'] # bytepass.yaml:8\n",
		"s3-secret-key: \"***\" # bytepass.yaml:4\n", "webhook-secret: \"***\" # BYTEPASS_WEBHOOK_SECRET\n", "database: postgres://u:***@db.example/files # BYTEPASS_DATABASE\n",
		"part-seconds: 900 # default\n", "# not set: ",
	} {
		if !strings.Contains(got.stdout, line) {
			t.Errorf("no %q in\n%s", line, got.stdout)
		}
	}
	if strings.Contains(got.stdout, sesame) {
		t.Errorf("it holds a secret:\n%s", got.stdout)
	}
	write(t, filepath.Join(dir, "again.yaml"), strings.ReplaceAll(got.stdout, "***", sesame))
	if again := run(t, dir, nil, "serve", "--config", "again.yaml", "--check-config"); again.code != 0 {
		t.Errorf("what is printed does not load: %s", again.stderr)
	}
	if found, err := os.ReadDir(dir); err != nil || len(found) != 2 {
		t.Errorf("it has made files: %v, %v", found, err)
	}
}

// TestKubernetes: the variables that it makes of a service named bytepass are
// nobody's settings.
func TestKubernetes(t *testing.T) {
	environ := []string{"BYTEPASS_SERVICE_HOST=10.0.0.1", "BYTEPASS_SERVICE_PORT=80", "BYTEPASS_PORT=tcp://10.0.0.1:80", "BYTEPASS_PORT_80_TCP_ADDR=10.0.0.1", "BYTEPASS_URL=https://files.example", "BYTEPASS_TOKEN=" + sesame}
	if got := run(t, t.TempDir(), environ, "serve", "--check-config"); got.code != 0 {
		t.Error(got.stderr)
	}
}

// TestHelp: it lists every setting, says how secrets come in, and offers none
// as a flag.
func TestHelp(t *testing.T) {
	help := run(t, t.TempDir(), nil, "serve", "--help").stdout
	for _, says := range []string{"BYTEPASS_MAX_SIZE", "--config string", "--check-config", "Secrets are never flags", "--webhook-secret-file string", "BYTEPASS_WEBHOOK_SECRET", "max-size: 20MB"} {
		if !strings.Contains(help, says) {
			t.Errorf("the help does not say %q", says)
		}
	}
	for _, hidden := range []string{"--webhook-secret ", "--s3-secret-key "} {
		if strings.Contains(help, hidden) {
			t.Errorf("the help offers %s", hidden)
		}
	}
}
