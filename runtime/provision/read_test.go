package provision

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
)

func fixture(t *testing.T) []byte {
	t.Helper()
	plain, err := os.ReadFile("testdata/storage.template.json")
	if err != nil {
		t.Fatal(err)
	}
	return plain
}

func settings(t *testing.T) Settings {
	t.Helper()
	s, err := Read(fixture(t), Values{Bucket: "files", Region: "eu-west-1", Account: "111122223333"})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestReadTypedSettings(t *testing.T) {
	s := settings(t)
	if s.Versioning != types.BucketVersioningStatusEnabled || s.Ownership != types.ObjectOwnershipBucketOwnerEnforced || !s.EventBridge {
		t.Errorf("versioning %q, ownership %q, EventBridge %v", s.Versioning, s.Ownership, s.EventBridge)
	}
	if !aws.ToBool(s.PublicAccess.RestrictPublicBuckets) || !aws.ToBool(s.PublicAccess.BlockPublicAcls) {
		t.Errorf("public access block: %+v", s.PublicAccess)
	}
	if got := s.CORS[0].AllowedOrigins; !slices.Equal(got, []string{"http://localhost:3000"}) {
		t.Errorf("origins %q: AWS::NoValue must leave nothing behind", got)
	}
	if got := aws.ToInt32(s.CORS[0].MaxAgeSeconds); got != 3600 {
		t.Errorf("max age %d", got)
	}
	if s.Tags["stage"] != "dev" {
		t.Errorf("tags %v: a parameter has its default", s.Tags)
	}
	if got := aws.ToString(s.Logging.TargetPrefix); got != "files/111122223333/${not-a-variable}/" {
		t.Errorf("Fn::Sub gave %q", got)
	}
	age := s.Lifecycle.Rules[1]
	if aws.ToInt64(age.Filter.ObjectSizeGreaterThan) != 131072 || age.Transitions[0].StorageClass != "GLACIER_IR" || aws.ToInt32(age.NoncurrentVersionExpiration.NoncurrentDays) != 120 {
		t.Errorf("lifecycle rule: %s", canonicalJSON(age))
	}
	if len(s.Policy) != 4 || s.Policy[1]["Resource"] != "arn:aws:s3:::files/*" || s.Policy[3]["Resource"] != "arn:aws:s3:::files/*" {
		t.Errorf("policy: %v", s.Policy)
	}
	if !slices.Equal(s.Elsewhere, []string{"MetricsConfigurations"}) {
		t.Errorf("elsewhere: %v", s.Elsewhere)
	}
}

func TestReadNamesWhatOnlyCloudFormationKnows(t *testing.T) {
	var got []string
	for _, u := range settings(t).Unresolved {
		got = append(got, u.Setting+" "+u.Expression)
	}
	want := []string{"encryption Fn::GetAtt ObjectsKey.Arn", "logging Ref Logs", "policy Fn::GetAtt SignerRole.Arn"}
	if !slices.Equal(got, want) {
		t.Errorf("unresolved: %q, want %q", got, want)
	}
	for _, u := range settings(t).Unresolved {
		if u.Setting == "encryption" && !strings.HasSuffix(u.Path, ".KMSMasterKeyID") {
			t.Errorf("the path %q does not say where", u.Path)
		}
	}
}

func TestReadRefusesWhatItDoesNotUnderstand(t *testing.T) {
	for name, tc := range map[string]struct{ template, names string }{
		"no JSON":        {"Resources: {}", "JSON"},
		"no bucket":      {`{"Resources":{"T":{"Type":"AWS::SQS::Queue"}}}`, "no bucket"},
		"two buckets":    {`{"Resources":{"A":{"Type":"AWS::S3::Bucket"},"B":{"Type":"AWS::S3::Bucket"}}}`, "A, B"},
		"unknown member": {`{"Resources":{"A":{"Type":"AWS::S3::Bucket","Properties":{"VersioningConfiguration":{"Status":"Enabled","Depth":3}}}}}`, "Depth"},
		"wrong type":     {`{"Resources":{"A":{"Type":"AWS::S3::Bucket","Properties":{"Tags":"x"}}}}`, "Resources.A.Properties.Tags"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := Read([]byte(tc.template), Values{})
			if err == nil || !strings.Contains(err.Error(), tc.names) {
				t.Errorf("error %v, want one that names %q", err, tc.names)
			}
		})
	}
}

// TestReadTheTemplateInTheBinary holds the reader to what the stacks really
// ask for: every setting of the embedded template arrives.
func TestReadTheTemplateInTheBinary(t *testing.T) {
	s, err := Read(Default(), Values{Bucket: "files", Region: "eu-west-1", Account: "111122223333"})
	if err != nil {
		t.Fatal(err)
	}
	for name, there := range map[string]bool{
		"versioning": s.Versioning == types.BucketVersioningStatusEnabled, "cors": len(s.CORS) > 0, "lifecycle": len(s.Lifecycle.Rules) > 0,
		"encryption": len(s.Encryption) == 1, "publicAccess": s.PublicAccess != nil, "ownership": s.Ownership != "",
		"policy": len(s.Policy) > 0, "tags": len(s.Tags) > 0, "logging": s.Logging != nil, "notification": s.EventBridge,
	} {
		if !there {
			t.Errorf("the template's %s did not arrive", name)
		}
	}
	for i, statement := range s.Policy {
		if plain := string(canonicalJSON(statement)); strings.Contains(plain, "-an/") || !strings.Contains(plain, "arn:aws:s3:::files") {
			t.Errorf("statement %d is about another bucket: %s", i, plain)
		}
	}
}

func TestIntrinsics(t *testing.T) {
	file := templateFile{
		Parameters: map[string]parameter{
			"P": {Default: "p"}, "None": {}, "Days": {Type: "Number", Default: float64(1234567)}, "Text": {Type: "Number", Default: "30"},
			"List": {Type: "CommaDelimitedList", Default: "a, b"},
		},
		Conditions: map[string]any{
			"Yes":   map[string]any{"Fn::Equals": []any{map[string]any{"Ref": "P"}, "p"}},
			"No":    map[string]any{"Fn::Not": []any{map[string]any{"Condition": "Yes"}}},
			"Both":  map[string]any{"Fn::And": []any{map[string]any{"Condition": "Yes"}, map[string]any{"Condition": "No"}}},
			"One":   map[string]any{"Fn::Or": []any{map[string]any{"Condition": "No"}, map[string]any{"Condition": "Yes"}}},
			"Maybe": map[string]any{"Fn::Equals": []any{map[string]any{"Ref": "None"}, "x"}},
		},
	}
	for _, tc := range []struct{ in, want, unknown string }{
		{`{"Ref":"AWS::Region"}`, `"eu-west-1"`, ""},
		{`{"Ref":"B"}`, `"files"`, ""},
		{`{"Ref":"P"}`, `"p"`, ""},
		{`{"Ref":"Days"}`, `1234567`, ""},
		{`{"Ref":"Text"}`, `30`, ""},
		{`{"Ref":"List"}`, `["a","b"]`, ""},
		{`{"Fn::Sub":"${Days} days"}`, `"1234567 days"`, ""},
		{`{"Fn::Join":["-",[{"Ref":"Days"},7654321]]}`, `"1234567-7654321"`, ""},
		{`{"Ref":"None"}`, `"${None}"`, "Ref None"},
		{`{"Ref":"AWS::StackName"}`, `"${AWS::StackName}"`, "Ref AWS::StackName"},
		{`{"Fn::Sub":"a-${P}-${B}-${B.Arn}-${X.Arn}"}`, `"a-p-files-arn:aws:s3:::files-${X.Arn}"`, "Fn::GetAtt X.Arn"},
		{`{"Fn::Sub":["${P}${Q}",{"Q":{"Ref":"P"}}]}`, `"pp"`, ""},
		{`{"Fn::Sub":"open ${"}`, `"open "`, ""},
		{`{"Fn::Join":["-",["a",{"Ref":"P"},1]]}`, `"a-p-1"`, ""},
		{`{"Fn::Select":["1",{"Fn::Split":["/","x/y/z"]}]}`, `"y"`, ""},
		{`{"Fn::Select":["9",["x"]]}`, `"${Fn::Select}"`, "Fn::Select [9 [x]]"},
		{`{"Fn::If":["Yes",1,2]}`, `1`, ""},
		{`{"Fn::If":["No",1,2]}`, `2`, ""},
		{`{"Fn::If":["Both",1,2]}`, `2`, ""},
		{`{"Fn::If":["One",1,2]}`, `1`, ""},
		{`{"Fn::If":["Maybe",1,2]}`, `"${Fn::If}"`, "Fn::If [Maybe 1 2]"},
		{`{"Fn::ImportValue":"x"}`, `"${Fn::ImportValue}"`, "Fn::ImportValue x"},
		{`[{"Ref":"AWS::NoValue"},{"a":{"Ref":"AWS::NoValue"},"b":1}]`, `[{"b":1}]`, ""},
	} {
		r := &resolver{template: file, values: Values{Bucket: "files", Region: "eu-west-1"}, bucketID: "B"}
		var in any
		if err := json.Unmarshal([]byte(tc.in), &in); err != nil {
			t.Fatal(err)
		}
		got, err := json.Marshal(r.resolve("at", in))
		if err != nil || string(got) != tc.want {
			t.Errorf("%s gives %s (%v), want %s", tc.in, got, err, tc.want)
		}
		var unknown string
		if len(r.unknown) > 0 {
			unknown = r.unknown[0].Expression
		}
		if unknown != tc.unknown {
			t.Errorf("%s: unresolved %q, want %q", tc.in, unknown, tc.unknown)
		}
	}
}

func TestOnlyOrigins(t *testing.T) {
	s := Settings{CORS: []types.CORSRule{{AllowedOrigins: []string{"http://localhost:3000"}}}}
	got := s.OnlyOrigins("https://app.example").CORS
	if len(got) != 1 || !slices.Equal(got[0].AllowedOrigins, []string{"https://app.example"}) {
		t.Errorf("the rules are %+v", got)
	}
	if s.CORS[0].AllowedOrigins[0] != "http://localhost:3000" {
		t.Error("the settings themselves have changed")
	}
}

func TestAllowOriginsLeavesTheSettingsAlone(t *testing.T) {
	s := settings(t)
	with := s.AllowOrigins("http://127.0.0.1:8080", "http://localhost:3000")
	if got := with.CORS[0].AllowedOrigins; !slices.Equal(got, []string{"http://127.0.0.1:8080", "http://localhost:3000"}) {
		t.Errorf("origins %q", got)
	}
	if len(s.CORS[0].AllowedOrigins) != 1 {
		t.Error("the original settings changed")
	}
	if got := (Settings{}).AllowOrigins("http://a.example").CORS; len(got) != 1 || !slices.Contains(got[0].AllowedMethods, "PUT") {
		t.Errorf("a template without CORS gives %v", got)
	}
}

func TestFromAssembly(t *testing.T) {
	write := func(t *testing.T, path, content string) {
		t.Helper()
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	const stack = `{"type":"aws:cloudformation:stack","properties":{"templateFile":"%"}}`
	artifacts := func(files ...string) string {
		var list []string
		for _, f := range files {
			list = append(list, `"`+f+`":`+strings.ReplaceAll(stack, "%", f))
		}
		return `{"version":"54.0.0","artifacts":{` + strings.Join(list, ",") + `}}`
	}
	api := `{"Resources":{"T":{"Type":"AWS::SQS::Queue"}}}`

	t.Run("the stack with the bucket", func(t *testing.T) {
		d := t.TempDir()
		write(t, d+"/manifest.json", artifacts("api.json", "storage.json"))
		write(t, d+"/api.json", api)
		write(t, d+"/storage.json", string(fixture(t)))
		got, err := FromAssembly(d)
		if err != nil || string(got) != string(fixture(t)) {
			t.Errorf("got %d bytes, %v", len(got), err)
		}
	})
	t.Run("in a stage", func(t *testing.T) {
		d := t.TempDir()
		write(t, d+"/manifest.json", `{"artifacts":{"stage":{"type":"cdk:cloud-assembly","properties":{"directoryName":"assembly-dev"}}}}`)
		write(t, d+"/assembly-dev/manifest.json", artifacts("storage.json"))
		write(t, d+"/assembly-dev/storage.json", string(fixture(t)))
		if _, err := FromAssembly(d); err != nil {
			t.Error(err)
		}
	})
	for name, tc := range map[string]struct {
		files map[string]string
		says  string
	}{
		"no assembly":    {nil, "no manifest.json"},
		"no bucket":      {map[string]string{"manifest.json": artifacts("api.json"), "api.json": api}, "has a bucket"},
		"two stages":     {map[string]string{"manifest.json": artifacts("a.json", "b.json"), "a.json": string(fixture(t)), "b.json": string(fixture(t))}, "several stacks"},
		"not a manifest": {map[string]string{"manifest.json": "x"}, "manifest"},
	} {
		t.Run(name, func(t *testing.T) {
			d := t.TempDir()
			for path, content := range tc.files {
				write(t, d+"/"+path, content)
			}
			if _, err := FromAssembly(d); err == nil || !strings.Contains(err.Error(), tc.says) {
				t.Errorf("error %v, want one that says %q", err, tc.says)
			}
		})
	}
}
