package provision

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/service/s3/types"
)

// Target is the bucket to provision and what is known of its store.
type Target struct {
	Client Client
	Bucket string
	Region string // where the bucket is created; empty or us-east-1 sends no location
	// PlainHTTP says that the endpoint has no TLS, so that a rule that demands
	// it would lock everybody out.
	PlainHTTP bool
	// AWS says that the store is Amazon's, where all of the template means something.
	AWS bool
	// Apart are settings that make no sense on this store, by name, each with
	// what that means; "lifecycle/transitions" is a part of one. They are
	// reported, and neither read nor written.
	Apart map[string]string
	// StandIns say, by name of a setting or of a "policy/Statement", what it means
	// on this store to go without, where more is known than of stores in general.
	StandIns map[string]string
	// Replace are settings, by name, of which nothing of others stays.
	Replace map[string]bool
	// Grants are statements of the bucket's policy beside those of the template:
	// rights of users that only the store knows.
	Grants []Statement
	// Notify is whom the store tells of changes in the stead of Amazon
	// EventBridge; nil leaves the template's.
	Notify *types.NotificationConfiguration
}

// consequence returns what it means on this store to go without a setting.
func (t Target) consequence(setting, general string) string {
	if here, ok := t.StandIns[setting]; ok {
		return here
	}
	return general
}

// Change is one setting that has to be written.
type Change struct {
	Setting string          `json:"setting"`
	Have    json.RawMessage `json:"have"` // null where nothing is set
	Want    json.RawMessage `json:"want"`
	// Parts is the same, rule by rule, without those that stay as they are.
	Parts []PartChange `json:"parts"`
	// Overwrites says that there is another value, which was not written for
	// this template.
	Overwrites bool `json:"overwrites,omitempty"`

	apply  func(context.Context) (*Gap, error)
	lost   func(context.Context) (*Gap, error) // the gap of one that was there, and is not any more
	narrow func(ctx context.Context, on *Bench) (planned, error)
}

// String returns the change as one line of a diff.
func (c Change) String() string { return fmt.Sprintf("%s: %s -> %s", c.Setting, c.Have, c.Want) }

// Diff is what has to be done to a bucket.
type Diff struct {
	Bucket  string   `json:"bucket"`
	Create  bool     `json:"create"` // the bucket does not exist yet
	Changes []Change `json:"changes"`
	// Foreign is what stays although the template does not have it.
	Foreign []Foreign `json:"foreign"`
	// Gaps are those that can be known without writing, or by Probe.
	Gaps []Gap `json:"gaps"`

	checks map[string]check // by setting
	probed bool             // by Probe, so that checks and changes were tried

	target Target
}

// Plan compares what the settings ask for with what the store has. It writes
// nothing. The error is a store that does not answer or forbids.
func Plan(ctx context.Context, t Target, s Settings) (Diff, error) {
	d := Diff{Bucket: t.Bucket, target: t, checks: map[string]check{}}
	exists, err := bucketExists(ctx, t)
	if err != nil {
		return Diff{}, err
	}
	d.Create = !exists
	for _, a := range aspects() {
		p, err := a.plan(ctx, t, s, exists)
		if err != nil {
			return Diff{}, err
		}
		name, _ := a.describe()
		d.add(name, p)
	}
	d.Gaps = append(d.Gaps, policyGaps(s, t)...)
	d.Gaps = append(d.Gaps, elsewhereGaps(s)...)
	return d, nil
}

func (d *Diff) add(setting string, p planned) {
	delete(d.checks, setting)
	if p.check != nil {
		d.checks[setting] = p.check
	}
	if p.change != nil {
		d.Changes = append(d.Changes, *p.change)
	}
	d.Foreign, d.Gaps = append(d.Foreign, p.foreign...), append(d.Gaps, p.gaps...)
}

// elsewhereGaps names the properties that nobody but CloudFormation applies.
func elsewhereGaps(s Settings) []Gap {
	var gaps []Gap
	for _, property := range s.Elsewhere {
		gaps = append(gaps, Gap{Setting: property, Reason: Elsewhere, Detail: "a property that only CloudFormation applies", Consequence: "Bytepass sets no such thing up; where the store has the like of it, set it there"})
	}
	return gaps
}
