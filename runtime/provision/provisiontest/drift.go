package provisiontest

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"github.com/bytepass/bytepass/runtime/provision"
)

// mutations change each setting by hand, as somebody does who means well.
func mutations(s Store) map[string]func(t *testing.T, c *s3.Client, bucket string) error {
	return map[string]func(t *testing.T, c *s3.Client, bucket string) error{
		"versioning": func(t *testing.T, c *s3.Client, bucket string) error {
			_, err := c.PutBucketVersioning(t.Context(), &s3.PutBucketVersioningInput{Bucket: &bucket, VersioningConfiguration: &types.VersioningConfiguration{Status: types.BucketVersioningStatusSuspended}})
			return err
		},
		"encryption": func(t *testing.T, c *s3.Client, bucket string) error {
			_, err := c.DeleteBucketEncryption(t.Context(), &s3.DeleteBucketEncryptionInput{Bucket: &bucket})
			return err
		},
		"ownership": func(t *testing.T, c *s3.Client, bucket string) error {
			_, err := c.PutBucketOwnershipControls(t.Context(), &s3.PutBucketOwnershipControlsInput{Bucket: &bucket, OwnershipControls: &types.OwnershipControls{
				Rules: []types.OwnershipControlsRule{{ObjectOwnership: types.ObjectOwnershipBucketOwnerPreferred}},
			}})
			return err
		},
		"publicAccess": func(t *testing.T, c *s3.Client, bucket string) error {
			_, err := c.PutPublicAccessBlock(t.Context(), &s3.PutPublicAccessBlockInput{Bucket: &bucket, PublicAccessBlockConfiguration: &types.PublicAccessBlockConfiguration{
				BlockPublicAcls: aws.Bool(true), BlockPublicPolicy: aws.Bool(true), IgnorePublicAcls: aws.Bool(true),
			}})
			return err
		},
		"policy": func(t *testing.T, c *s3.Client, bucket string) error {
			out, err := c.GetBucketPolicy(t.Context(), &s3.GetBucketPolicyInput{Bucket: &bucket})
			if err != nil {
				return err
			}
			weaker := strings.Replace(*out.Policy, "900000", "990000", 1)
			if weaker == *out.Policy {
				t.Fatalf("the policy has no age to change: %s", weaker)
			}
			_, err = c.PutBucketPolicy(t.Context(), &s3.PutBucketPolicyInput{Bucket: &bucket, Policy: &weaker})
			return err
		},
		"lifecycle": func(t *testing.T, c *s3.Client, bucket string) error {
			out, err := c.GetBucketLifecycleConfiguration(t.Context(), &s3.GetBucketLifecycleConfigurationInput{Bucket: &bucket})
			if err != nil {
				return err
			}
			for i := range out.Rules {
				if e := out.Rules[i].NoncurrentVersionExpiration; e != nil {
					e.NoncurrentDays = aws.Int32(121)
				}
			}
			_, err = c.PutBucketLifecycleConfiguration(t.Context(), &s3.PutBucketLifecycleConfigurationInput{Bucket: &bucket, LifecycleConfiguration: &types.BucketLifecycleConfiguration{Rules: out.Rules}})
			return err
		},
		"tags": func(t *testing.T, c *s3.Client, bucket string) error {
			_, err := c.PutBucketTagging(t.Context(), &s3.PutBucketTaggingInput{Bucket: &bucket, Tagging: &types.Tagging{
				TagSet: []types.Tag{{Key: aws.String("app"), Value: aws.String("bytepass")}, {Key: aws.String("stage"), Value: aws.String("prod")}},
			}})
			return err
		},
		"notification": func(t *testing.T, c *s3.Client, bucket string) error {
			_, err := c.PutBucketNotificationConfiguration(t.Context(), &s3.PutBucketNotificationConfigurationInput{Bucket: &bucket, NotificationConfiguration: &types.NotificationConfiguration{}})
			return err
		},
		"cors": func(t *testing.T, c *s3.Client, bucket string) error {
			out, err := c.GetBucketCors(t.Context(), &s3.GetBucketCorsInput{Bucket: &bucket})
			if err != nil {
				return err
			}
			out.CORSRules[0].AllowedOrigins = append(out.CORSRules[0].AllowedOrigins, "https://elsewhere.example")
			_, err = c.PutBucketCors(t.Context(), &s3.PutBucketCorsInput{Bucket: &bucket, CORSConfiguration: &types.CORSConfiguration{CORSRules: out.CORSRules}})
			return err
		},
	}
}

// drift changes every setting that the store has by hand, finds it and names
// it, finds nothing else, and puts it back.
func drift(t *testing.T, s Store) {
	lacks := s.provisioned(t, "drift")
	fine := s.compare(t, "drift", lacks)
	if fine.Drifted() {
		t.Fatalf("drift in %v before anything has changed", verdicts(fine, provision.Drifted))
	}
	change := mutations(s)
	var changed []string
	for _, setting := range verdicts(fine, provision.Same) {
		if change[setting] == nil {
			t.Errorf("nothing here changes %s", setting)
			continue
		}
		c := s.client(http.DefaultTransport)
		if setting == "policy" && !hasAge(t, c, "drift") {
			continue // the store takes none of the template's statements
		}
		if err := change[setting](t, c, "drift"); err != nil {
			t.Errorf("changing %s by hand: %v", setting, err)
			continue
		}
		found := s.compare(t, "drift", lacks)
		if got := verdicts(found, provision.Drifted); !slices.Equal(got, []string{setting}) {
			t.Errorf("%s was changed by hand, drift is found in %v", setting, got)
		}
		for _, one := range found.Settings {
			if one.Setting == setting && (len(one.Differences) == 0 || string(one.Differences[0].Have) == string(one.Differences[0].Want)) {
				t.Errorf("%s: the differences say nothing: %v", setting, one.Differences)
			}
		}
		if _, _, err := s.run(t.Context(), t, http.DefaultTransport, "drift", time.Now(), setting); err != nil {
			t.Fatal(err)
		}
		if again := s.compare(t, "drift", lacks); again.Drifted() {
			t.Errorf("%s was put back, and there is drift in %v", setting, verdicts(again, provision.Drifted))
		}
		changed = append(changed, setting)
	}
	t.Logf("measured: drift found and mended in %d settings: %v", len(changed), changed)
}

func hasAge(t *testing.T, c *s3.Client, bucket string) bool {
	t.Helper()
	out, err := c.GetBucketPolicy(t.Context(), &s3.GetBucketPolicyInput{Bucket: &bucket})
	return err == nil && strings.Contains(*out.Policy, "900000")
}

// others has somebody else use the bucket first: what they have set stays, is
// named, and goes only when that is said by name.
func others(t *testing.T, s Store) {
	c, bucket := s.client(http.DefaultTransport), aws.String("others")
	if _, err := c.CreateBucket(t.Context(), &s3.CreateBucketInput{Bucket: bucket}); err != nil {
		t.Fatal(err)
	}
	var put []string
	try := func(setting string, err error) {
		if err == nil {
			put = append(put, setting)
		}
	}
	_, err := c.PutBucketTagging(t.Context(), &s3.PutBucketTaggingInput{Bucket: bucket, Tagging: &types.Tagging{TagSet: []types.Tag{{Key: aws.String("team"), Value: aws.String("red")}}}})
	try("tags", err)
	_, err = c.PutBucketCors(t.Context(), &s3.PutBucketCorsInput{Bucket: bucket, CORSConfiguration: &types.CORSConfiguration{CORSRules: []types.CORSRule{
		{ID: aws.String("theirs"), AllowedMethods: []string{"GET"}, AllowedOrigins: []string{"https://theirs.example"}},
	}}})
	try("cors", err)
	_, err = c.PutBucketLifecycleConfiguration(t.Context(), &s3.PutBucketLifecycleConfigurationInput{Bucket: bucket, LifecycleConfiguration: &types.BucketLifecycleConfiguration{Rules: []types.LifecycleRule{
		{ID: aws.String("theirs"), Status: types.ExpirationStatusEnabled, Filter: &types.LifecycleRuleFilter{Prefix: aws.String("tmp/")}, Expiration: &types.LifecycleExpiration{Days: aws.Int32(3)}},
	}}})
	try("lifecycle", err)
	theirs, err := json.Marshal(map[string]any{"Version": "2012-10-17", "Statement": []map[string]any{
		{"Sid": "Theirs", "Effect": "Allow", "Principal": map[string]any{"AWS": []string{"*"}}, "Action": "s3:GetObject", "Resource": "arn:aws:s3:::others/public/*"},
	}})
	if err != nil {
		t.Fatal(err)
	}
	_, err = c.PutBucketPolicy(t.Context(), &s3.PutBucketPolicyInput{Bucket: bucket, Policy: aws.String(string(theirs))})
	try("policy", err)
	t.Logf("measured: others have set %v", put)

	d, gaps, err := s.run(t.Context(), t, http.DefaultTransport, "others", time.Now())
	if err != nil {
		t.Fatal(err)
	}
	compared := s.compare(t, "others", provision.Without(gaps))
	for _, setting := range put {
		touched := slices.ContainsFunc(d.Changes, func(c provision.Change) bool { return c.Setting == setting })
		if named := slices.ContainsFunc(d.Foreign, func(f provision.Foreign) bool { return f.Setting == setting }); touched && !named {
			t.Errorf("%s of others is not named: %v", setting, d.Foreign)
		}
		i := slices.IndexFunc(compared.Settings, func(c provision.Compared) bool { return c.Setting == setting })
		if touched && (i < 0 || len(compared.Settings[i].Differences) != 1 || compared.Settings[i].Differences[0].Kind != provision.Extra) {
			t.Errorf("%s: others have set a part of it, which has to be told as extra, and nothing else: %v", setting, compared.Settings)
		}
	}
	over := &transport{}
	if _, _, err := s.run(t.Context(), t, over, "others", time.Now()); err != nil || len(over.writes) != 0 {
		t.Errorf("the second run beside others writes %q, %v", over.writes, err)
	}
	if _, _, err := s.run(t.Context(), t, http.DefaultTransport, "others", time.Now(), put...); err != nil {
		t.Fatal(err)
	}
	if compared := s.compare(t, "others", provision.Without(gaps)); compared.Drifted() {
		t.Errorf("replaced by name, and there is drift in %v", verdicts(compared, provision.Drifted))
	}
}
