package emulator

import (
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// template has a bucket and a user pool that need an adaptation, and things that
// must stay as they are: a bucket with a name, a large number, another resource.
const template = `{
 "Resources": {
  "Files": {"Type": "AWS::S3::Bucket", "Properties": {"BucketNamePrefix": "x", "BucketNamespace": "account-regional", "VersioningConfiguration": {"Status": "Enabled"}}},
  "Named": {"Type": "AWS::S3::Bucket", "Properties": {"BucketName": "named", "Number": 9007199254740993}},
  "Log": {"Type": "AWS::Logs::Delivery", "Properties": {"DeliverySourceName": "x"}},
  "Users": {"Type": "AWS::Cognito::UserPool", "Properties": {"MfaConfiguration": "ON"}},
  "Issuer": {"Type": "AWS::ApiGatewayV2::Authorizer", "Properties": {"Issuer": {"Fn::GetAtt": ["Users", "ProviderURL"]}, "Name": {"Fn::GetAtt": ["Users", "ProviderName"]}}},
  "Topic": {"Type": "AWS::SNS::Topic", "Properties": {"BucketNamePrefix": "not a bucket's"}}
 }
}`

func TestAdapt(t *testing.T) {
	from, to := t.TempDir(), filepath.Join(t.TempDir(), "copy")
	for name, content := range map[string]string{"s.template.json": template, "manifest.json": "{}"} {
		if err := os.WriteFile(filepath.Join(from, name), []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	changes, err := Adapt(from, to)
	if err != nil {
		t.Fatal(err)
	}
	found := map[string]string{}
	for _, c := range changes {
		found[c.Resource] = c.Adaptation
	}
	if want := map[string]string{"Files": "bucket name", "Log": "no edge logs", "Users": "user pool's URL"}; !maps.Equal(found, want) {
		t.Errorf("the changes are %v, want %v", changes, want)
	}
	adapted, err := os.ReadFile(filepath.Join(to, "s.template.json"))
	if err != nil {
		t.Fatal(err)
	}
	var got struct {
		Resources map[string]struct{ Properties map[string]json.RawMessage }
	}
	if err := json.Unmarshal(adapted, &got); err != nil {
		t.Fatal(err)
	}
	name := strings.Join(strings.Fields(string(got.Resources["Files"].Properties["BucketName"])), "")
	if want := `{"Fn::Join":["-",["x",{"Ref":"AWS::AccountId"},{"Ref":"AWS::Region"},"an"]]}`; name != want {
		t.Errorf("the bucket's name is %s, want %s", name, want)
	}
	issuer := strings.Join(strings.Fields(string(got.Resources["Issuer"].Properties["Issuer"])), "")
	if want := `{"Fn::Join":["",["https://cognito-idp.",{"Ref":"AWS::Region"},".amazonaws.com/",{"Ref":"Users"}]]}`; issuer != want {
		t.Errorf("the issuer is %s, want %s", issuer, want)
	}
	if _, there := got.Resources["Log"]; there || len(got.Resources["Files"].Properties) != 2 || string(got.Resources["Named"].Properties["Number"]) != "9007199254740993" || len(got.Resources["Topic"].Properties) != 1 ||
		!strings.Contains(string(got.Resources["Issuer"].Properties["Name"]), "ProviderName") {
		t.Errorf("something else was changed: %s", adapted)
	}
	if original, err := os.ReadFile(filepath.Join(from, "s.template.json")); err != nil || string(original) != template {
		t.Errorf("the assembly itself was changed: %v", err)
	}
	if _, err := Adapt(t.TempDir(), filepath.Join(t.TempDir(), "copy")); err == nil {
		t.Error("a folder without templates was taken")
	}
}

func TestOutputs(t *testing.T) {
	o := Outputs{"a": {"Url": "1", "Both": "2"}, "b": {"Both": "3"}}
	if got, err := o.Find("Url"); got != "1" || err != nil {
		t.Errorf("Url is %q, %v", got, err)
	}
	for _, name := range []string{"Both", "None"} {
		if _, err := o.Find(name); err == nil {
			t.Errorf("%s was found", name)
		}
	}
}

func TestLowerNames(t *testing.T) {
	got := lowerNames(map[string]any{"AllowOrigins": []string{"x"}, "MaxAge": 1})
	if _, ok := got["allowOrigins"]; !ok || got["maxAge"] != 1 || len(got) != 2 {
		t.Errorf("got %v", got)
	}
}
