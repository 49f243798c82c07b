package provision

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
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
		gaps = append(gaps, Gap{Setting: property, Reason: Elsewhere, Detail: "a property that only CloudFormation applies", Consequence: "it asks for something of AWS's own, such as its metrics; the store has nothing like it"})
	}
	return gaps
}

// Apply makes the changes of a plan, one after the other, and reads each back.
// It returns all gaps: the plan's and those that writing showed. On an error
// what was done stays done, and planning and applying again does the rest.
func Apply(ctx context.Context, d Diff) ([]Gap, error) {
	if d.Create {
		if err := createBucket(ctx, d.target); err != nil {
			return d.Gaps, err
		}
	}
	gaps := d.Gaps
	for _, change := range d.Changes {
		gap, err := change.apply(ctx)
		if err != nil {
			return gaps, err
		}
		if gap != nil {
			gaps = append(gaps, *gap)
		}
	}
	return gaps, nil
}

// bucketExists reports whether the bucket is there and can be seen. What is
// wrong with how store, bucket or keys were named is a *NamedWrongly.
func bucketExists(ctx context.Context, t Target) (bool, error) {
	_, err := t.Client.HeadBucket(ctx, &s3.HeadBucketInput{Bucket: &t.Bucket})
	if err == nil {
		return true, nil
	}
	// The answer to a HEAD has no body, so it does not say why.
	if _, why := t.Client.GetBucketVersioning(ctx, &s3.GetBucketVersioningInput{Bucket: &t.Bucket}); why != nil {
		err = why
	}
	switch a := answerOf(err); {
	case a.code == "InvalidBucketName":
		return false, &NamedWrongly{What: Bucket, err: fmt.Errorf("the store takes no bucket of the name %q; write 3 to 63 of a-z, 0-9 and -", t.Bucket)}
	case a.code == "InvalidAccessKeyId", a.code == "XAdminUserNotFound": // versitygw's
		return false, &NamedWrongly{What: AccessKey, err: errors.New("the store does not know this key; name an administrator's")}
	case a.code == "SignatureDoesNotMatch":
		return false, &NamedWrongly{What: SecretKey, err: errors.New("it is not the secret of the access key; or a proxy before the store changes the host that requests name")}
	case a.status == http.StatusNotFound && slices.Contains([]string{"", "NotFound", "UnknownError"}, a.code): // no code of S3's
		return false, &NamedWrongly{What: Store, err: errors.New("what answers there is no S3 store; name the store's own address")}
	case a.status == http.StatusNotFound:
		return false, nil
	case a.status == http.StatusForbidden:
		return false, fmt.Errorf("provision: bucket %s belongs to somebody else, or the credentials may not see it: %w", t.Bucket, err)
	}
	return false, fmt.Errorf("provision: looking for bucket %s: %w", t.Bucket, err)
}

func createBucket(ctx context.Context, t Target) error {
	in := &s3.CreateBucketInput{Bucket: &t.Bucket}
	if t.Region != "" && t.Region != "us-east-1" {
		in.CreateBucketConfiguration = &types.CreateBucketConfiguration{LocationConstraint: types.BucketLocationConstraint(t.Region)}
	}
	_, err := t.Client.CreateBucket(ctx, in)
	if mine := (*types.BucketAlreadyOwnedByYou)(nil); err != nil && !errors.As(err, &mine) {
		return fmt.Errorf("provision: creating bucket %s: %w", aws.ToString(in.Bucket), err)
	}
	return nil
}
