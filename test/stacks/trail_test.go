package stacks_test

import (
	"slices"
	"testing"
)

// TestTrail: the objects of this bucket are recorded, and only this trail may
// write where it is kept.
func TestTrail(t *testing.T) {
	d := synth(t, map[string]any{"cloudTrail": "true"})
	trail := d.storage.Resources[d.only(t, d.storage, "AWS::CloudTrail::Trail", "StorageTrail")]
	want := `[{"FieldSelectors":[{"Equals":["Data"],"Field":"eventCategory"},{"Equals":["AWS::S3::Object"],"Field":"resources.type"},{"Field":"resources.ARN","StartsWith":["BUCKET/"]}],"Name":"Objects of the bucket"}]`
	if got := d.property(t, trail, "AdvancedEventSelectors"); got != want {
		t.Errorf("recorded is\n\t%s, not\n\t%s", got, want)
	}
	if d.property(t, trail, "EnableLogFileValidation") != "true" || d.property(t, trail, "IsLogging") != "true" {
		t.Error("the trail is off, or not sealed")
	}
	const onlyIt = ` if {"StringEquals":{"aws:SourceArn":"arn:aws:cloudtrail:eu-central-1:111122223333:trail/bytepass-dev-objects"}}`
	policy := d.storage.Resources[d.only(t, d.storage, "AWS::S3::BucketPolicy", "StorageLogBucketPolicy")]
	lines := d.lines(t, d.statements(t, policy.Properties["PolicyDocument"]))
	for _, line := range []string{
		"Allow s3:GetBucketAcl on LOGS" + onlyIt,
		"Allow s3:PutObject on LOGS/AWSLogs/111122223333/CloudTrail/*" + onlyIt,
		"Allow s3:PutObject on LOGS/AWSLogs/111122223333/CloudTrail-Digest/*" + onlyIt,
	} {
		if !slices.Contains(lines, line) {
			t.Errorf("the log bucket's policy lacks %s", line)
		}
	}
	if trails := dev(t).storage.ofType("AWS::CloudTrail::Trail"); len(trails) > 0 {
		t.Errorf("there is a trail that nobody asked for: %v", trails)
	}
}
