package main

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/bytepass/bytepass/runtime/purge"
)

// A variable of a script that is empty does not erase a whole space.
func TestPurgeOfNothing(t *testing.T) {
	for flag, others := range map[string][]string{
		"--key": {"--owner", "alice"}, "--prefix": {"--owner", "alice"}, "--owner": {"--group", "red"}, "--group": {"--owner", "alice"},
	} {
		c := newPurge()
		c.SetArgs(append(others, flag, "", "--yes", "--data", t.TempDir()))
		c.SilenceUsage, c.SilenceErrors = true, true
		if err := c.Execute(); exitCode(err) != exitUsage || !strings.HasPrefix(err.Error(), flag+": is empty") {
			t.Errorf("%s \"\": %v", flag, err)
		}
	}
}

func TestPurgeIsToldNowAndThen(t *testing.T) {
	var out bytes.Buffer
	at := time.Unix(0, 0)
	p := purgeProgress{out: &out, now: func() time.Time { return at }}
	for range 100 {
		p.tell(purge.Counts{Versions: 7})
		at = at.Add(100 * time.Millisecond)
	}
	if lines := strings.Count(out.String(), "7 versions"); lines != 4 {
		t.Errorf("%d lines in 10 s:\n%s", lines, &out)
	}
	out.Reset()
	tellResult(&out, purge.Result{Left: []purge.Left{{Object: "u/a/b", Version: "v1", Reason: "AccessDenied"}, {Object: "u/a/c", Upload: "up"}}, LeftCount: 2, Coming: true}, time.Second)
	for _, says := range []string{`left: "u/a/b" version v1: AccessDenied`, `"u/a/c" upload up`, "goes on uploading"} {
		if !strings.Contains(out.String(), says) {
			t.Errorf("no %q in %s", says, &out)
		}
	}
}
