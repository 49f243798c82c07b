package config

import (
	"slices"
	"strings"
	"testing"
)

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
