package provision

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
)

// deployed is a bucket as CloudFormation makes it of the fixture: keys, roles
// and log bucket have names, and AWS has added its own.
func deployed(t *testing.T, store *keeper) Target {
	t.Helper()
	target := store.target(t)
	target.AWS, target.PlainHTTP = true, false
	s := settings(t)
	s.Encryption[0].ApplyServerSideEncryptionByDefault.KMSMasterKeyID = aws.String("arn:aws:kms:eu-west-1:111122223333:key/k1")
	s.Logging.TargetBucket = aws.String("logs-of-cloudformation")
	role := func(v any) any {
		plain, _ := json.Marshal(v)
		var out any
		if err := json.Unmarshal([]byte(strings.ReplaceAll(string(plain), "${SignerRole.Arn}", "arn:aws:iam::111122223333:role/signer-x1")), &out); err != nil {
			t.Fatal(err)
		}
		return out
	}
	for i := range s.Policy {
		s.Policy[i] = role(map[string]any(s.Policy[i])).(map[string]any)
	}
	s.Unresolved = nil
	d, err := Plan(t.Context(), target, s)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Apply(t.Context(), d); err != nil {
		t.Fatal(err)
	}
	store.kept["tagging"] = strings.Replace(store.kept["tagging"], "<TagSet>", "<TagSet><Tag><Key>aws:cloudformation:stack-name</Key><Value>Storage</Value></Tag>", 1)
	return target
}

func TestCompareOnAWS(t *testing.T) {
	store := &keeper{}
	target := deployed(t, store)
	same, err := Compare(t.Context(), target, settings(t))
	if err != nil || same.Drifted() {
		t.Fatalf("right after the deployment: %v, %+v", err, same)
	}
	if len(same.Settings) != 11 { // ten, and the metrics that are CloudFormation's alone
		t.Errorf("%d settings were compared", len(same.Settings))
	}
	// Two statements name the signer: another role in one of them does not fit.
	policy := store.kept["policy"]
	store.kept["policy"] = strings.Replace(policy, "role/signer-x1", "role/somebody", 1)
	if store.kept["policy"] == policy {
		t.Fatal("the policy names no role")
	}
	if c, err := Compare(t.Context(), target, settings(t)); err != nil || c.Drifted() {
		t.Errorf("a single place may have any value: %v %v", err, c)
	}
}

func TestCompareNamesWhatDiffers(t *testing.T) {
	store := &keeper{}
	target := deployed(t, store)
	client := target.Client.(*s3.Client)
	out, err := client.GetBucketCors(t.Context(), &s3.GetBucketCorsInput{Bucket: &target.Bucket})
	if err != nil {
		t.Fatal(err)
	}
	rules := append(out.CORSRules, types.CORSRule{ID: aws.String("theirs"), AllowedMethods: []string{"GET"}, AllowedOrigins: []string{"*"}})
	if _, err := client.PutBucketCors(t.Context(), &s3.PutBucketCorsInput{Bucket: &target.Bucket, CORSConfiguration: &types.CORSConfiguration{CORSRules: rules}}); err != nil {
		t.Fatal(err)
	}
	store.kept["lifecycle"] = strings.Replace(store.kept["lifecycle"], "<NoncurrentDays>120<", "<NoncurrentDays>20<", 1)
	delete(store.kept, "versioning")
	c, err := Compare(t.Context(), target, settings(t))
	if err != nil || !c.Drifted() {
		t.Fatal(err, c)
	}
	got := map[string]string{}
	for _, s := range c.Settings {
		for _, d := range s.Differences {
			got[s.Setting+" "+d.Part] = string(d.Kind)
		}
	}
	want := map[string]string{"cors theirs": "extra", "lifecycle age": "changed", "versioning ": "missing"}
	if len(got) != len(want) {
		t.Errorf("got %v", got)
	}
	for name, kind := range want {
		if got[name] != kind {
			t.Errorf("%s is %q, want %q", name, got[name], kind)
		}
	}
}

func TestCompareOfNoBucket(t *testing.T) {
	store := &keeper{}
	c, err := Compare(t.Context(), store.target(t), settings(t))
	if err != nil || c.Exists || !c.Drifted() {
		t.Errorf("%+v, %v", c, err)
	}
}

func TestKeepLeavesTheValuesOfOthers(t *testing.T) {
	store := &keeper{bucket: true}
	target := store.target(t)
	client := target.Client.(*s3.Client)
	_, err := client.PutBucketLogging(t.Context(), &s3.PutBucketLoggingInput{Bucket: &target.Bucket, BucketLoggingStatus: &types.BucketLoggingStatus{LoggingEnabled: &types.LoggingEnabled{
		TargetBucket: aws.String("their-logs"), TargetPrefix: aws.String("x/"),
	}}})
	if err != nil {
		t.Fatal(err)
	}
	d, err := Plan(t.Context(), target, resolved(t))
	if err != nil {
		t.Fatal(err)
	}
	kept := d.Keep()
	gap, _ := gapOf(kept.Gaps, "logging")
	if slices.Contains(names(kept), "logging") || gap.Reason != Kept || !strings.Contains(gap.Consequence, "--replace logging") {
		t.Errorf("changes %v, gap %v", names(kept), gap)
	}
	target.Replace = map[string]bool{"logging": true}
	if d, err = Plan(t.Context(), target, resolved(t)); err != nil || !slices.Contains(names(d.Keep()), "logging") {
		t.Errorf("named, and not replaced: %v %v", names(d), err)
	}
}
