package config

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/spf13/pflag"
)

// options are settings of every kind.
type options struct {
	listen, database string
	parts            int
	quiet            bool
	wait             time.Duration
	origins          []string // of an array, whose flag takes one value each time
	types            []string // of a slice, whose flag takes several at once
	secret           string
	check            bool
}

func flagsOf(o *options) *pflag.FlagSet {
	f := pflag.NewFlagSet("test", pflag.ContinueOnError)
	f.StringVar(&o.listen, "listen", "127.0.0.1:8080", "")
	f.StringVar(&o.database, "database", "", "")
	f.IntVar(&o.parts, "part-seconds", 900, "")
	f.BoolVar(&o.quiet, "quiet", false, "")
	f.DurationVar(&o.wait, "wait", time.Minute, "")
	f.StringArrayVar(&o.origins, "origin", nil, "")
	f.StringSliceVar(&o.types, "types", nil, "")
	f.BoolVar(&o.check, "check", false, "")
	Apart(f, "check")
	File(f)
	Secret(f, &o.secret, "hook-secret", "secret of the events")
	return f
}

const sesame = "sesame-open-sesame"

// load writes a file of settings, if there is a text for it, and loads.
func load(t *testing.T, text string, environ []string, args ...string) (options, *Settings, error) {
	t.Helper()
	if text != "" {
		args = append(args, "--config", writeFile(t, "bytepass.yaml", text, 0o600))
	}
	var o options
	f := flagsOf(&o)
	if err := f.Parse(args); err != nil {
		return o, nil, FlagError(f, err)
	}
	s, err := Load(f, environ, "BYTEPASS_URL")
	return o, s, err
}

func writeFile(t *testing.T, name, text string, mode os.FileMode) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(text), mode); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(path, mode); err != nil { // whatever the umask
		t.Fatal(err)
	}
	return path
}

func TestOrder(t *testing.T) {
	file := "listen: file:1\npart-seconds: 1\nwait: 1s\n"
	environ := []string{"BYTEPASS_LISTEN=env:1", "BYTEPASS_PART_SECONDS=2", "BYTEPASS_URL=https://else.example", "PATH=/bin"}
	o, s, err := load(t, file, environ, "--listen", "flag:1")
	if err != nil {
		t.Fatal(err)
	}
	if o.listen != "flag:1" || o.parts != 2 || o.wait != time.Second || o.quiet {
		t.Errorf("%+v", o)
	}
	for name, want := range map[string]string{"listen": "--listen", "part-seconds": "BYTEPASS_PART_SECONDS", "wait": "bytepass.yaml:3: wait", "quiet": "--quiet", "hook-secret": "BYTEPASS_HOOK_SECRET"} {
		if got := s.Origin(name); !strings.HasSuffix(got, want) {
			t.Errorf("%s comes from %s, want %s", name, got, want)
		}
	}
}

func TestLists(t *testing.T) {
	both := []string{"https://a.example", "https://b.example"}
	for name, tc := range map[string]struct {
		file    string
		environ []string
		args    []string
	}{
		"flags":       {"", nil, []string{"--origin", both[0], "--origin", both[1], "--types", both[0] + "," + both[1]}},
		"environment": {"", []string{"BYTEPASS_ORIGIN=" + both[0] + ", " + both[1], "BYTEPASS_TYPES=" + both[0] + "," + both[1]}, nil},
		"file":        {"origin:\n  - " + both[0] + "\n  - " + both[1] + "\ntypes: [\"" + both[0] + "\", '" + both[1] + "']\n", nil, nil},
	} {
		o, _, err := load(t, tc.file, tc.environ, tc.args...)
		if err != nil || !slices.Equal(o.origins, both) || !slices.Equal(o.types, both) {
			t.Errorf("%s: %q, %q, %v", name, o.origins, o.types, err)
		}
	}
}

func TestFileByVariable(t *testing.T) {
	path := writeFile(t, "a.yaml", "# nothing but a listen\nlisten: a:1\n", 0o644)
	o, s, err := load(t, "", []string{"BYTEPASS_CONFIG=" + path})
	if err != nil || o.listen != "a:1" || len(s.Warnings()) != 0 {
		t.Errorf("%+v, %v", o, err)
	}
}

// TestForeignVariables: those of other programs and of Kubernetes are let be.
func TestForeignVariables(t *testing.T) {
	_, _, err := load(t, "", []string{
		"BYTEPASS_URL=x", "BYTEPASS_PORT=tcp://10.0.0.1:80", "BYTEPASS_SERVICE_HOST=10.0.0.1", "BYTEPASS_SERVICE_PORT=80", "BYTEPASS_SERVICE_PORT_HTTP=80",
		"BYTEPASS_PORT_80_TCP=tcp://10.0.0.1:80", "BYTEPASS_PORT_80_TCP_ADDR=10.0.0.1", "BYTEPASS_API_SERVICE_HOST=10.0.0.1", "BYTEPASSWORD=x",
	})
	if err != nil {
		t.Error(err)
	}
}

// TestRefused: one line, which says where it is written and what to do, and
// never the secret.
func TestRefused(t *testing.T) {
	folder := t.TempDir()
	empty, two := writeFile(t, "s", "\n", 0o600), writeFile(t, "s", sesame+"\nb\n", 0o600)
	open, ours := writeFile(t, "s", sesame, 0o602), writeFile(t, "s", sesame, 0o600)
	for name, tc := range map[string]struct {
		file    string
		environ []string
		args    []string
		origin  string // how it begins, after the folder of the file
		says    string
	}{
		"unknown flag":              {"", nil, []string{"--lisen", "x"}, "", "unknown flag: --lisen; --listen was perhaps meant"},
		"unknown variable":          {"", []string{"BYTEPASS_LISEN=x"}, nil, "BYTEPASS_LISEN: ", "BYTEPASS_LISTEN was perhaps meant"},
		"foreign to all":            {"", []string{"BYTEPASS_GARDEN=x"}, nil, "BYTEPASS_GARDEN: ", "unset it"},
		"port that is no link":      {"", []string{"BYTEPASS_LISTEN_PORT=80"}, nil, "BYTEPASS_LISTEN_PORT: ", "unset it"},
		"no setting as variable":    {"", []string{"BYTEPASS_CHECK=true"}, nil, "BYTEPASS_CHECK: ", "there is no such setting"},
		"empty variable":            {"", []string{"BYTEPASS_LISTEN="}, nil, "BYTEPASS_LISTEN: ", "unset it"},
		"empty flag":                {"", nil, []string{"--listen", ""}, "--listen: ", "leave the flag out"},
		"number in a flag":          {"", nil, []string{"--part-seconds", "x"}, "--part-seconds: ", `"x": write a whole number`},
		"number in a variable":      {"", []string{"BYTEPASS_PART_SECONDS=1.5"}, nil, "BYTEPASS_PART_SECONDS: ", "whole number"},
		"truth in a variable":       {"", []string{"BYTEPASS_QUIET=yes"}, nil, "BYTEPASS_QUIET: ", "true or false"},
		"hole in a variable":        {"", []string{"BYTEPASS_TYPES=a/b,,c/d"}, nil, "BYTEPASS_TYPES: ", "commas"},
		"no file":                   {"", nil, []string{"--config", folder + "/no"}, "--config: ", "no such file"},
		"file is a folder":          {"", nil, []string{"--config", folder}, "--config: ", "is a folder"},
		"no file, by variable":      {"", []string{"BYTEPASS_CONFIG=" + folder}, nil, "BYTEPASS_CONFIG: ", "is a folder"},
		"unknown key":               {"quiet: true\nlisen: x\n", nil, nil, "bytepass.yaml:2: lisen: ", "listen was perhaps meant"},
		"underscore":                {"part_seconds: 1\n", nil, nil, "bytepass.yaml:1: part_seconds: ", "part-seconds was perhaps meant"},
		"nested":                    {"hook:\n  secret: " + sesame + "\n", nil, nil, "bytepass.yaml:1: hook: ", "hook-secret was perhaps meant"},
		"the file in the file":      {"config: x\n", nil, nil, "bytepass.yaml:1: config: ", "cannot name another"},
		"no setting as key":         {"check: true\n", nil, nil, "bytepass.yaml:1: check: ", "there is no such setting"},
		"twice":                     {"listen: a:1\nquiet: true\nlisten: a:1\n", nil, nil, "bytepass.yaml:3: listen: ", "line 1"},
		"number":                    {"part-seconds: soon\n", nil, nil, "bytepass.yaml:1: part-seconds: ", "whole number"},
		"fraction":                  {"part-seconds: 1.5\n", nil, nil, "bytepass.yaml:1: part-seconds: ", "whole number"},
		"number in quotes":          {"part-seconds: '7'\n", nil, nil, "bytepass.yaml:1: part-seconds: ", "whole number"},
		"truth":                     {"quiet: yes\n", nil, nil, "bytepass.yaml:1: quiet: ", "true or false"},
		"time":                      {"wait: 5\n", nil, nil, "bytepass.yaml:1: wait: ", "30s"},
		"text":                      {"listen: 8080\n", nil, nil, "bytepass.yaml:1: listen: ", "quotes"},
		"one for a list":            {"origin: https://a.example\n", nil, nil, "bytepass.yaml:1: origin: ", "brackets"},
		"a list for one":            {"listen: [a, b]\n", nil, nil, "bytepass.yaml:1: listen: ", "not a list"},
		"a file of comments":        {"# nothing\n", nil, nil, "bytepass.yaml: ", "leave --config out"},
		"an empty list":             {"origin: []\n", nil, nil, "bytepass.yaml:1: origin: ", "is empty"},
		"a number in a list":        {"origin: [a, 5, b]\n", nil, nil, "bytepass.yaml:1: origin: ", "quotes"},
		"empty":                     {"listen:\n", nil, nil, "bytepass.yaml:1: listen: ", "is empty"},
		"empty in quotes":           {"listen: ''\n", nil, nil, "bytepass.yaml:1: listen: ", "is empty"},
		"settings in a setting":     {"listen:\n  port: 1\n", nil, nil, "bytepass.yaml:1: listen: ", "settings of its own"},
		"no mapping":                {"- listen\n", nil, nil, "bytepass.yaml:1: ", "one setting a line"},
		"no word":                   {"[a]: b\n", nil, nil, "bytepass.yaml:1: ", "is a word"},
		"second document":           {"listen: a:1\n---\nquiet: true\n", nil, nil, "bytepass.yaml: ", "second document"},
		"broken":                    {"listen: a:1\nquiet: true: false\n", nil, nil, "bytepass.yaml:2: ", "is not YAML"},
		"broken later":              {"listen: a:1\n---\n\"\n", nil, nil, "bytepass.yaml", "is not YAML"},
		"alias":                     {"hook-secret: *" + sesame + "\n", nil, nil, "bytepass.yaml", "in quotes"},
		"alias that is there":       {"listen: &a b:1\ndatabase: *a\n", nil, nil, "bytepass.yaml:2: database: ", "write the value out"},
		"secret as flag":            {"", nil, []string{"--hook-secret", sesame}, "--hook-secret: ", "BYTEPASS_HOOK_SECRET"},
		"both variables":            {"", []string{"BYTEPASS_HOOK_SECRET=" + sesame, "BYTEPASS_HOOK_SECRET_FILE=" + ours}, nil, "BYTEPASS_HOOK_SECRET: ", "BYTEPASS_HOOK_SECRET_FILE"},
		"both keys":                 {"hook-secret: " + sesame + "\nhook-secret-file: " + ours + "\n", nil, nil, "bytepass.yaml:1: hook-secret: ", "hook-secret-file"},
		"a list for a secret":       {"hook-secret: [" + sesame + "]\n", nil, nil, "bytepass.yaml:1: hook-secret: ", "not a list"},
		"no secret file":            {"", nil, []string{"--hook-secret-file", folder + "/no"}, "--hook-secret-file: ", "no such file"},
		"secret in a folder":        {"hook-secret-file: " + folder + "\n", nil, nil, "bytepass.yaml:1: hook-secret-file: ", "is a folder"},
		"empty secret file":         {"", []string{"BYTEPASS_HOOK_SECRET_FILE=" + empty}, nil, "BYTEPASS_HOOK_SECRET_FILE: ", "is empty"},
		"two lines":                 {"", nil, []string{"--hook-secret-file", two}, "--hook-secret-file: ", "more than a line"},
		"two lines in the file":     {"hook-secret: |\n  " + sesame + "\n  b\n", nil, nil, "bytepass.yaml:1: hook-secret: ", "more than a line"},
		"writable by all":           {"", nil, []string{"--hook-secret-file", open}, "--hook-secret-file: ", "chmod"},
		"credential with two lines": {"", []string{"CREDENTIALS_DIRECTORY=" + credentials(t, sesame+"\nb")}, nil, "", "more than a line"},
	} {
		t.Run(name, func(t *testing.T) {
			_, _, err := load(t, tc.file, tc.environ, tc.args...)
			if err == nil {
				t.Fatal("accepted")
			}
			said := err.Error()
			if _, after, ok := strings.Cut(said, "/bytepass.yaml"); ok && tc.file != "" {
				said = "bytepass.yaml" + after
			}
			var told *Error
			if !errors.As(err, &told) && name != "unknown flag" {
				t.Errorf("%T", err)
			}
			if !strings.HasPrefix(said, tc.origin) || !strings.Contains(said, tc.says) {
				t.Errorf("%s\nwant %s… %s", said, tc.origin, tc.says)
			}
			if strings.Contains(said, "\n") || strings.Contains(said, sesame) {
				t.Errorf("more than a line, or a secret: %s", said)
			}
		})
	}
}

func credentials(t *testing.T, text string) string {
	return filepath.Dir(writeFile(t, "hook-secret", text, 0o400))
}

func TestSecrets(t *testing.T) {
	path := writeFile(t, "s", sesame+"\n", 0o600)
	other := []string{"BYTEPASS_HOOK_SECRET=another one"}
	for name, tc := range map[string]struct {
		file    string
		environ []string
		args    []string
		origin  string
	}{
		"flag, before all":        {"hook-secret: no\n", other, []string{"--hook-secret-file", path}, "--hook-secret-file"},
		"variable, before a file": {"hook-secret: no\n", []string{"BYTEPASS_HOOK_SECRET=" + sesame}, nil, "BYTEPASS_HOOK_SECRET"},
		"file of a variable":      {"", []string{"BYTEPASS_HOOK_SECRET_FILE=" + path}, nil, "BYTEPASS_HOOK_SECRET_FILE"},
		"key":                     {"hook-secret: " + sesame + "\n", []string{"CREDENTIALS_DIRECTORY=" + credentials(t, "no")}, nil, "bytepass.yaml:1: hook-secret"},
		"file of a key":           {"hook-secret-file: " + path + "\n", nil, nil, "bytepass.yaml:1: hook-secret-file"},
		"credential":              {"", []string{"CREDENTIALS_DIRECTORY=" + credentials(t, sesame)}, nil, "/hook-secret"},
	} {
		o, s, err := load(t, tc.file, tc.environ, tc.args...)
		if err != nil || o.secret != sesame {
			t.Errorf("%s: %q, %v", name, o.secret, err)
			continue
		}
		if !strings.HasSuffix(s.Origin("hook-secret"), tc.origin) || len(s.Warnings()) > 0 {
			t.Errorf("%s: it comes from %s; %q", name, s.Origin("hook-secret"), s.Warnings())
		}
	}
	if o, _, err := load(t, "", []string{"CREDENTIALS_DIRECTORY=" + t.TempDir()}); err != nil || o.secret != "" {
		t.Errorf("no credential: %q, %v", o.secret, err)
	}
}

// TestReadableByAll: a warning, in a file of the secret's own and in the
// settings, but not where the settings hold none.
func TestReadableByAll(t *testing.T) {
	secret := writeFile(t, "s", sesame, 0o644)
	with := writeFile(t, "with.yaml", "hook-secret: "+sesame+"\n", 0o644)
	without := writeFile(t, "without.yaml", "hook-secret-file: "+secret+"\n", 0o644)
	for config, named := range map[string]string{with: with, without: secret} {
		_, s, err := load(t, "", nil, "--config", config)
		if err != nil || len(s.Warnings()) != 1 || !strings.Contains(s.Warnings()[0], named) {
			t.Errorf("%s: %q, %v", config, s.Warnings(), err)
		}
	}
}

// TestPrint: what is printed loads again, says where each comes from, and holds
// no secret.
func TestPrint(t *testing.T) {
	environ := []string{"BYTEPASS_HOOK_SECRET=" + sesame, "BYTEPASS_DATABASE=postgres://u:" + sesame + "@db.example/files?sslmode=require&password=" + sesame}
	_, s, err := load(t, "origin: [https://a.example]\ntypes: ['12']\n", environ, "--quiet")
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	if err := s.Print(&b); err != nil {
		t.Fatal(err)
	}
	for _, line := range []string{
		"listen: 127.0.0.1:8080 # default\n", "quiet: true # --quiet\n", "origin: ['https://a.example'] # ", "types: [\"12\"]", "bytepass.yaml:1\n",
		"hook-secret: \"***\" # BYTEPASS_HOOK_SECRET\n", "postgres://u:***@db.example/files?", "part-seconds: 900 # default\n", "wait: 1m0s # default\n",
	} {
		if !strings.Contains(b.String(), line) {
			t.Errorf("no %q in\n%s", line, &b)
		}
	}
	if strings.Contains(b.String(), sesame) || strings.Contains(b.String(), "check") {
		t.Errorf("it holds the secret, or what is no setting:\n%s", &b)
	}
	if o, _, err := load(t, b.String(), nil); err != nil || !o.quiet || o.parts != 900 || !slices.Equal(o.types, []string{"12"}) {
		t.Errorf("loaded again: %+v, %v", o, err)
	}
	if _, s, _ := load(t, "", nil); s != nil {
		b.Reset()
		if err := s.Print(&b); err != nil || !strings.Contains(b.String(), "# not set: database, hook-secret, origin, types\n") {
			t.Errorf("%v\n%s", err, &b)
		}
	}
}

func TestHelp(t *testing.T) {
	var o options
	usage := flagsOf(&o).FlagUsages()
	if !strings.Contains(usage, "--hook-secret-file string   file that holds the secret of the events (or BYTEPASS_HOOK_SECRET)") || strings.Contains(usage, "--hook-secret ") {
		t.Error(usage)
	}
}
