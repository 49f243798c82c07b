package provision

import (
	"encoding/json"
	"strings"
	"testing"
)

func TestPlansForPeople(t *testing.T) {
	raw := func(s string) json.RawMessage { return json.RawMessage(s) }
	d := Diff{
		Bucket: "files", Create: true,
		Changes: []Change{
			{Setting: "versioning", Parts: []PartChange{{Have: raw(`"Suspended"`), Want: raw(`"Enabled"`)}}},
			{Setting: "tags", Parts: []PartChange{{Part: "stage", Have: raw("null"), Want: raw(`{"stage":"dev"}`)}}},
		},
		Foreign: []Foreign{{Setting: "tags", Part: "team", Value: raw(`{"team":"red"}`)}},
		Gaps:    []Gap{{Setting: "lifecycle", Part: "transitions", Reason: Refused, Detail: "InvalidStorageClass", Consequence: "nothing moves"}},
	}
	const want = `bucket files is made
versioning
  - Suspended
  + Enabled
tags stage
  + {"stage":"dev"}
kept, though the template does not have it (--replace SETTING removes it):
  = tags team: {"team":"red"}
the store goes without:
  lifecycle transitions: refused (InvalidStorageClass)
    nothing moves
`
	var out strings.Builder
	if err := d.Write(&out, false); err != nil || out.String() != want {
		t.Errorf("%v\n%s", err, out.String())
	}
	out.Reset()
	if err := d.Write(&out, true); err != nil || !strings.Contains(out.String(), "\x1b[32m  + Enabled\x1b[0m") {
		t.Errorf("on a terminal: %v %q", err, out.String())
	}
}

func TestComparisonsForPeople(t *testing.T) {
	c := Comparison{Bucket: "files", Exists: true, Settings: []Compared{
		{Setting: "versioning", Verdict: Same},
		{Setting: "cors", Verdict: Drifted, Differences: []Difference{{Part: "theirs", Kind: Extra, Have: json.RawMessage(`[1]`), Want: json.RawMessage("null")}}},
		{Setting: "logging", Verdict: Incomparable, Gaps: []Gap{{Setting: "logging", Reason: Unsupported, Detail: "501", Consequence: "no log"}}},
	}}
	const want = `versioning  same          
cors        drifted       theirs extra
logging     incomparable  
cors theirs is extra
  - [1]
not compared:
  logging: unsupported (501)
    no log
`
	var out strings.Builder
	if err := c.Write(&out, false); err != nil || out.String() != want {
		t.Errorf("%v\n%s", err, out.String())
	}
	out.Reset()
	if err := (Comparison{Bucket: "files"}).Write(&out, false); err != nil || out.String() != "bucket files is not there\n" {
		t.Errorf("%v %q", err, out.String())
	}
}

func TestNamesOfSettings(t *testing.T) {
	gaps := []Gap{
		{Setting: "lifecycle", Part: "transitions", Reason: Refused}, {Setting: "encryption", Reason: Unknown},
		{Setting: "policy", Part: "TLSOnly", Reason: NotPortable}, {Setting: "logging", Reason: Kept}, {Setting: "MetricsConfigurations", Reason: Elsewhere},
	}
	if got := strings.Join(Without(gaps), " "); got != "encryption lifecycle/transitions" {
		t.Errorf("without %s", got)
	}
	for required, lacks := range map[string]int{"lifecycle": 1, "lifecycle/transitions": 1, "lifecycle/expiration": 0, "policy": 1, "logging": 1, "cors": 0} {
		if got := Lacks(gaps, []string{required}); len(got) != lacks {
			t.Errorf("--require %s lacks %v", required, got)
		}
	}
	if err := CheckNames([]string{"cors", "policy/Anything"}); err != nil {
		t.Error(err)
	}
	if err := CheckNames([]string{"corse"}); err == nil || !strings.Contains(err.Error(), "cors") {
		t.Errorf("a name that is none: %v", err)
	}
}
