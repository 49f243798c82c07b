package config

import (
	"errors"
	"strings"
	"testing"
)

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
