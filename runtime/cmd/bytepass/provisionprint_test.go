package main

import (
	"bytes"
	"strings"
	"testing"

	"github.com/spf13/cobra"

	"github.com/bytepass/bytepass/runtime/provision"
)

// The last lines say what was written, and what differs still.
func TestFinishSaysWhatWasWritten(t *testing.T) {
	changes := []provision.Change{{Setting: "cors"}}
	for name, tc := range map[string]struct {
		dryRun, written, applied bool
		diff                     provision.Diff
		says                     string
	}{
		"written":                 {false, true, true, provision.Diff{Changes: changes}, "done: 1 setting written and read back\n"},
		"dry run":                 {true, false, false, provision.Diff{Changes: changes}, "1 change; nothing was written\n"},
		"what is required lacks":  {false, false, false, provision.Diff{Changes: changes}, "1 change; nothing was written\n"},
		"nothing to do":           {false, false, true, provision.Diff{}, "nothing to change: the bucket is what the template says, as far as the store goes\n"},
		"statements of others":    {false, false, true, provision.Diff{Foreign: []provision.Foreign{{Setting: "policy", Part: "Open"}}}, "not as in the template, and kept: policy Open\n"},
		"somebody else's setting": {false, false, true, provision.Diff{Gaps: []provision.Gap{{Setting: "ownership", Reason: provision.Kept}}}, "not as in the template, and kept: ownership\n"},
	} {
		t.Run(name, func(t *testing.T) {
			var out bytes.Buffer
			c := &cobra.Command{}
			c.SetOut(&out)
			p := &provisioning{dryRun: tc.dryRun}
			if err := p.finish(c, provisioned{Diff: tc.diff, Applied: tc.applied}, tc.written); err != nil {
				t.Fatal(err)
			}
			if !strings.HasSuffix(out.String(), tc.says) || tc.applied == strings.Contains(out.String(), "nothing was written") {
				t.Errorf("want %q at the end of:\n%s", tc.says, &out)
			}
		})
	}
}
