package main

import (
	"strings"
	"testing"

	"github.com/bytepass/bytepass/runtime/provision"
)

// A bucket without versions, which bytepass serve refuses, is no success, unless
// versioning was left out on purpose.
func TestProvisionWithoutVersionsFails(t *testing.T) {
	for reason, fails := range map[provision.Reason]bool{
		provision.Unsupported: true, provision.Ignored: true, provision.Kept: true, provision.NotForStore: false,
	} {
		err := (&provisioning{}).short([]provision.Gap{{Setting: "versioning", Reason: reason, Consequence: "the remedy"}})
		if (err != nil) != fails || fails && (exitCode(err) != exitDiffers || !strings.Contains(err.Error(), "the remedy")) {
			t.Errorf("%s: %v", reason, err)
		}
	}
	if err := (&provisioning{}).short([]provision.Gap{{Setting: "lifecycle", Reason: provision.Unsupported}}); err != nil {
		t.Errorf("of a setting that nobody requires: %v", err)
	}
}

// The users are named only when all that the policy grants them is in force.
func TestUsersAreNamed(t *testing.T) {
	s := &site{target: provision.Target{Grants: []provision.Statement{{"Sid": "Signer"}}}}
	for name, tc := range map[string]struct {
		diff provision.Diff
		want bool
	}{
		"in force":           {provision.Diff{Gaps: []provision.Gap{{Setting: "policy", Part: "TLSOnly"}}}, true},
		"still to write":     {provision.Diff{Changes: []provision.Change{{Setting: "policy"}}}, false},
		"one was refused":    {provision.Diff{Gaps: []provision.Gap{{Setting: "policy", Part: "Signer"}}}, false},
		"the policy refused": {provision.Diff{Gaps: []provision.Gap{{Setting: "policy"}}}, false},
	} {
		if got := s.namesUsers(tc.diff); got != tc.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}
