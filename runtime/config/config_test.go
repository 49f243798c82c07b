package config

import (
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
