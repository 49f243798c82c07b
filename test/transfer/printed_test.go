package transfer

import (
	"strings"
	"testing"
)

// TestNamesAreQuoted: what a terminal would obey comes to it in quotes, from
// every command, and to programs as it is.
func TestNamesAreQuoted(t *testing.T) {
	const (
		local = "red\x1bc.txt" // the service takes no such key
		key   = "b/fdp.\u202egpj"
	)
	r := newRig(t)
	r.file(local, 1)
	quotedFile, quotedKey := `"red\x1bc.txt"`, `"b/fdp.\u202egpj"`
	for _, tc := range []struct {
		args []string
		code int
		says []string
	}{
		{[]string{"put", local, key}, 0, []string{quotedFile, quotedKey}},
		{[]string{"put", local, "folder/"}, 1, []string{quotedFile}},
		{[]string{"put", local + "2", key}, 3, []string{`"red\x1bc.txt2"`, `stat red\x1bc.txt2: no such file`}},
		{[]string{"ls", key}, 0, []string{quotedKey}},
		{[]string{"ls", "--quiet", key}, 0, []string{quotedKey}},
		{[]string{"ls", key + "2"}, 3, []string{`\u202egpj2`}},
		{[]string{"get", key, local + "3"}, 0, []string{quotedKey, `"red\x1bc.txt3"`}},
		{[]string{"rm", "--dry-run", key}, 0, []string{quotedKey}},
	} {
		code, stdout, stderr := r.run(r.command(tc.args...))
		for _, says := range tc.says {
			if code != tc.code || !strings.Contains(stdout+stderr, says) {
				t.Errorf("%q: exit code %d, want %d with %s: %s%s", tc.args, code, tc.code, says, stdout, stderr)
			}
		}
		if strings.ContainsAny(stdout+stderr, "\x1b\u202e") {
			t.Errorf("%q prints %q", tc.args, stdout+stderr)
		}
	}
	if e := r.one("put", local, key); e.Path != local || e.Key != key {
		t.Errorf("--json says %+v", e)
	}
	if e := r.json("ls", key); len(e) != 1 {
		t.Errorf("ls --json says %+v", e)
	}
}
