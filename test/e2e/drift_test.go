package e2e

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"slices"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"github.com/bytepass/bytepass/runtime/provision"
	"github.com/bytepass/bytepass/test/emulator"
	"github.com/bytepass/bytepass/test/serve"
)

// dropped are the settings that the emulator loses when it deploys a bucket: on
// it, they are drift for ever.
const dropped = "encryption,lifecycle,logging,tags"

// drifted compares the deployed bucket with its assembly, as on AWS: without an
// endpoint, and with roles whose names only CloudFormation knows. What the
// emulator lost is found; the rest is the same until somebody changes it.
func drifted(t *testing.T, d *emulated) {
	lost := compared(t, d, 5)
	for _, s := range lost.Settings {
		if isLost := slices.Contains([]string{"encryption", "lifecycle", "logging", "tags"}, s.Setting); isLost != (s.Verdict == provision.Drifted) {
			t.Errorf("%s is %s: %v", s.Setting, s.Verdict, s.Differences)
		}
	}
	compared(t, d, 0, "--without", dropped)

	store, bucket := d.Store()
	rules, err := store.GetBucketCors(t.Context(), &s3.GetBucketCorsInput{Bucket: &bucket})
	if err != nil {
		t.Fatal(err)
	}
	put := func(rules []types.CORSRule) {
		t.Helper()
		if _, err := store.PutBucketCors(t.Context(), &s3.PutBucketCorsInput{Bucket: &bucket, CORSConfiguration: &types.CORSConfiguration{CORSRules: rules}}); err != nil {
			t.Fatal(err)
		}
	}
	put(append(slices.Clone(rules.CORSRules), types.CORSRule{ID: aws.String("theirs"), AllowedMethods: []string{"GET"}, AllowedOrigins: []string{"*"}}))
	defer put(rules.CORSRules)
	for _, s := range compared(t, d, 5, "--without", dropped).Settings {
		if s.Setting == "cors" && (len(s.Differences) != 1 || s.Differences[0].Part != "theirs" || s.Differences[0].Kind != provision.Extra) {
			t.Errorf("a rule was added by hand: %v", s.Differences)
		}
	}
}

// compared runs bytepass drift with the settings that the AWS CLI would have.
func compared(t *testing.T, d *emulated, code int, flags ...string) provision.Comparison {
	t.Helper()
	binary, err := serve.Binary(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	keys, err := d.stack.Admin().Credentials.Retrieve(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), binary, append([]string{"drift", "--json", "--assembly", d.stack.App}, flags...)...)
	cmd.Env = []string{
		"PATH=" + os.Getenv("PATH"), "HOME=" + t.TempDir(), "AWS_ENDPOINT_URL=" + d.stack.URL, "AWS_REGION=" + emulator.Region,
		"AWS_ACCESS_KEY_ID=" + keys.AccessKeyID, "AWS_SECRET_ACCESS_KEY=" + keys.SecretAccessKey,
	}
	var out, log bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &log
	_ = cmd.Run() // its code tells more
	var c provision.Comparison
	if err := json.Unmarshal(out.Bytes(), &c); err != nil || cmd.ProcessState.ExitCode() != code {
		t.Fatalf("exit code %d, want %d (%v)\n%s%s", cmd.ProcessState.ExitCode(), code, err, out.String(), log.String())
	}
	return c
}
