package e2e

import (
	"encoding/json"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/bytepass/bytepass/test/emulator"
)

// unenforced are the statements that can be taken out of a role and every case
// still passes, because the emulator does not ask for them: by their Sid, with
// the reason. What they grant is checked on the template.
var unenforced = map[string]string{
	"EncryptObjects":    "S3 asks KMS for nothing there",
	"DecryptCatalog":    "DynamoDB asks KMS for nothing there",
	"DecryptEvents":     "SQS asks KMS for nothing there",
	"WriteLogs":         "the emulator writes the functions' logs itself",
	"Trace":             "there are no traces",
	"TakeEvents":        "the emulator takes the events from the queue itself",
	"SeeMissingObjects": "S3 says 404 of a missing object to everybody there",
}

// rolesOutside are roles of the stacks that no case uses: an administrator's,
// and that of the function that empties the buckets at the end of TestEmulator.
var rolesOutside = []string{"LogReader", "EmptyBucket"}

// everyRightIsNeeded takes each statement out of each role's policy in turn:
// then at least one case has to fail, and with the statement back it passes.
func everyRightIsNeeded(t *testing.T, d *emulated) {
	policies, err := d.stack.RolePolicies(t.Context(), func(role string) bool {
		return strings.HasPrefix(role, "bytepass-") && !slices.Contains(rolesOutside, roleName(role))
	})
	if err != nil {
		t.Fatal(err)
	}
	tried, seen := 0, map[string]bool{}
	for _, p := range policies {
		for i, statement := range p.Statements {
			sid := sidOf(t, statement)
			t.Run(roleName(p.Role)+" without "+sid, func(t *testing.T) {
				if reason := unenforced[sid]; reason != "" {
					seen[sid] = true
					t.Logf("not enforced by the emulator: %s", reason)
					return
				}
				tried++
				without := p
				without.Statements = slices.Delete(slices.Clone(p.Statements), i, i+1)
				takeAway(t, d, p, without)
			})
		}
	}
	if tried < 10 {
		t.Errorf("only %d statements were taken away; the roles were not found: %v", tried, policies)
	}
	for sid := range unenforced {
		if !seen[sid] {
			t.Errorf("no role has the statement %s, which is listed as unenforced", sid)
		}
	}
}

// takeAway checks that without a right a case fails, every time, and that the
// same case passes when the right is back.
func takeAway(t *testing.T, d *emulated, full, without emulator.Policy) {
	set := func(p emulator.Policy) {
		t.Helper()
		if err := d.stack.PutRolePolicy(t.Context(), p); err != nil {
			t.Fatal(err)
		}
		if err := d.stack.RestartFunctions(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	set(without)
	c, failure := firstFailure(t, d)
	set(full)
	if failure == nil {
		t.Error("every case passes without it: the role may do more than it must")
		return
	}
	t.Logf("without it: %.300v", failure)
	if err := Try(t.Context(), d, c); err != nil {
		t.Fatalf("with the right back: %v", err)
	}
}

// haste is how long a case waits that is expected to fail, and would wait in vain.
const haste = 2 * time.Second

// firstFailure runs the cases in order until one fails, and fails again: what
// fails once could be chance.
func firstFailure(t *testing.T, d *emulated) (Case, error) {
	for _, c := range Cases() {
		if tryFor(t.Context(), d, c, haste) == nil {
			continue
		}
		if err := tryFor(t.Context(), d, c, haste); err != nil {
			return c, err
		}
	}
	return Case{}, nil
}

func sidOf(t *testing.T, statement json.RawMessage) string {
	t.Helper()
	var s struct{ Sid string }
	if err := json.Unmarshal(statement, &s); err != nil || s.Sid == "" {
		t.Fatalf("a statement without a name: %s", statement)
	}
	return s.Sid
}

// roleName finds what the stacks call a role in its generated name.
func roleName(physical string) string {
	if m := rolePattern.FindStringSubmatch(physical); m != nil {
		return m[1]
	}
	return physical
}

var rolePattern = regexp.MustCompile(`-Storage([A-Za-z]+)Role`)
