package settings

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"
)

const (
	issuer      = "https://login.example.org/"
	certificate = "arn:aws:acm:us-east-1:111122223333:certificate/12345678-1234-1234-1234-123456789012"
	webACL      = "arn:aws:wafv2:us-east-1:111122223333:global/webacl/downloads/12345678-1234-1234-1234-123456789012"
)

// context reads the context as the CDK hands it over: from JSON.
func context(t *testing.T, text string) map[string]any {
	t.Helper()
	var c map[string]any
	if err := json.Unmarshal([]byte(text), &c); err != nil {
		t.Fatalf("the test's context %s: %v", text, err)
	}
	return c
}

func TestDefaults(t *testing.T) {
	dev, err := Read(context(t, `{"bytepass":{"issuer":"`+issuer+`"}}`))
	if err != nil {
		t.Fatal(err)
	}
	if dev.Stage != "dev" || dev.Retain || len(dev.Origins) == 0 || dev.Architecture != ARM64 || dev.Name() != "bytepass-dev" {
		t.Errorf("dev is %+v", dev)
	}
	prod, err := Read(context(t, `{"bytepass":{"issuer":"`+issuer+`","stage":"prod"}}`))
	if err != nil {
		t.Fatal(err)
	}
	if !prod.Retain || prod.Origins != nil {
		t.Errorf("prod keeps data and has no origins until they are set; it is %+v", prod)
	}
	other, err := Read(context(t, `{"bytepass":{"issuer":"`+issuer+`","stage":"team-7"}}`))
	if err != nil {
		t.Fatal(err)
	}
	other.Stage = "prod"
	if !reflect.DeepEqual(other, prod) {
		t.Errorf("a stage of another name is %+v, prod is %+v", other, prod)
	}
}

// TestStagesDifferOnlyInRetention holds dev to what may differ between stages.
func TestStagesDifferOnlyInRetention(t *testing.T) {
	dev, prod := defaults(StageDev), defaults(StageProd)
	dev.Stage, dev.Retain, dev.LogDays, dev.Origins = prod.Stage, prod.Retain, prod.LogDays, prod.Origins
	if !reflect.DeepEqual(dev, prod) {
		t.Errorf("dev and prod differ in more than retention and origins:\n%+v\n%+v", dev, prod)
	}
}

func TestLayers(t *testing.T) {
	const cdkJSON = `{
		"@aws-cdk/core:some-flag": true,
		"bytepass": {
			"issuer": "https://one.example.org", "putSeconds": 100, "getSeconds": 200, "tags": {"team": "files"},
			"stages": {"prod": {"issuer": "https://two.example.org", "putSeconds": 110, "origins": ["https://app.example.org"]}}
		}`
	for _, test := range []struct {
		commandLine, issuer string
		put, get            int
		origins             string
	}{
		{`}`, "https://one.example.org", 100, 200, strings.Join(defaults(StageDev).Origins, ",")},
		{`,"bytepass:stage":"prod"}`, "https://two.example.org", 110, 200, "https://app.example.org"},
		{`,"bytepass:stage":"prod","bytepass:putSeconds":"120"}`, "https://two.example.org", 120, 200, "https://app.example.org"},
		{`,"bytepass:stage":"prod","bytepass:origins":"https://a.example.org, https://b.example.org"}`, "https://two.example.org", 110, 200, "https://a.example.org,https://b.example.org"},
		{`,"bytepass:stage":"prod","bytepass:origins":"[\"https://c.example.org\"]"}`, "https://two.example.org", 110, 200, "https://c.example.org"},
		{`,"bytepass:stage":"prod","bytepass:putSeconds":null}`, "https://two.example.org", defaults(StageProd).PutSeconds, 200, "https://app.example.org"},
		{`,"bytepass:origins":""}`, "https://one.example.org", 100, 200, ""},
	} {
		s, err := Read(context(t, cdkJSON+test.commandLine))
		if err != nil {
			t.Errorf("%s: %v", test.commandLine, err)
			continue
		}
		if s.Issuer != test.issuer || s.PutSeconds != test.put || s.GetSeconds != test.get || strings.Join(s.Origins, ",") != test.origins || s.Tags["team"] != "files" {
			t.Errorf("%s gives %+v", test.commandLine, s)
		}
	}
}

// TestText: what the command line says as text means the same as JSON.
func TestText(t *testing.T) {
	fromText, err := Read(context(t, `{"bytepass:issuer":"`+issuer+`","bytepass:stage":"x","bytepass:retain":"false","bytepass:maxSize":"20MiB",
		"bytepass:audience":"a,b","bytepass:logDays":"7","bytepass:requireScopes":"true","bytepass:tags":"{\"team\":\"files\"}","bytepass:allowedTypes":"image/*,text/plain"}`))
	if err != nil {
		t.Fatal(err)
	}
	fromJSON, err := Read(context(t, `{"bytepass":{"issuer":"`+issuer+`","stage":"x","retain":false,"maxSize":20971520,
		"audience":["a","b"],"logDays":7,"requireScopes":true,"tags":{"team":"files"},"allowedTypes":["image/*","text/plain"]}}`))
	if err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(fromText, fromJSON) {
		t.Errorf("text gives %+v\nJSON gives %+v", fromText, fromJSON)
	}
}

// TestGoValues: an app of one's own says it in Go.
func TestGoValues(t *testing.T) {
	s, err := Read(map[string]any{"bytepass": map[string]any{
		"issuer": issuer, "audience": []string{"a", "b"}, "putSeconds": 120, "maxSize": int64(1 << 20), "tags": map[string]string{"team": "files"},
	}})
	if err != nil {
		t.Fatal(err)
	}
	if strings.Join(s.Audience, ",") != "a,b" || s.PutSeconds != 120 || s.MaxSize != 1<<20 || s.Tags["team"] != "files" {
		t.Errorf("they are %+v", s)
	}
}

func TestContextKeys(t *testing.T) {
	for _, test := range []struct{ context, says string }{
		{`{}`, "the setting issuer is missing: set it to the OIDC issuer"},
		{`{"stage":"prod"}`, "the context has stage: write bytepass:stage"},
		{`{"bytepass:colour":"red"}`, "the setting bytepass:colour is unknown"},
		{`{"bytepass:stages":"{}"}`, "the setting bytepass:stages is unknown: did you mean bytepass:stage?"},
		{`{"bytepass":"prod"}`, "the context's bytepass is not an object"},
		{`{"bytepass":{},"bytepass:stage":"Prod"}`, "the setting stage is"},
	} {
		_, err := Read(context(t, test.context))
		if err == nil || !strings.Contains(err.Error(), test.says) {
			t.Errorf("%s: the error is %v, not %q", test.context, err, test.says)
		}
	}
}

func TestDerived(t *testing.T) {
	s, err := Read(context(t, `{"bytepass":{"identity":"cognito","origins":["https://app.example.org"]}}`))
	if err != nil || s.GroupsClaim != "cognito:groups" || strings.Join(s.LoginCallbacks(), " ") != "https://app.example.org/" {
		t.Errorf("a user pool has the groups %s and the callbacks %v: %v", s.GroupsClaim, s.LoginCallbacks(), err)
	}
	s = defaults(StageDev)
	s.UploadURLSeconds, s.PutSeconds, s.PartSeconds, s.GetSeconds = 1, 2, 3, 4
	if got := s.SignatureCapSeconds(); got != 120 {
		t.Errorf("the cap of short lifetimes is %d s; S3 measures two minutes at least", got)
	}
	s.PartSeconds = 2700
	if got := s.SignatureCapSeconds(); got != 2700 {
		t.Errorf("the cap is %d s, the longest lifetime 2700", got)
	}
	if s.TombstoneDays() <= s.NoncurrentDays {
		t.Errorf("tombstones live %d days, noncurrent versions %d", s.TombstoneDays(), s.NoncurrentDays)
	}
}

// TestShownDefaultsAreAccepted: what the table says is what Read takes.
func TestShownDefaultsAreAccepted(t *testing.T) {
	s := defaults(StageProd)
	for _, f := range fields {
		if shown := f.show(s); shown != "" && f.name != "tags" {
			if err := f.set(&s, shown); err != nil {
				t.Errorf("%s does not take its default %s: %v", f.name, shown, err)
			}
		}
	}
	if !reflect.DeepEqual(s, defaults(StageProd)) {
		t.Errorf("setting the shown defaults gives %+v", s)
	}
}

func TestDifferences(t *testing.T) {
	one := defaults(StageProd)
	if got := one.Differences(defaults(StageProd)); got != nil {
		t.Errorf("equal settings differ in %v", got)
	}
	other := one
	other.MaxSize--
	other.Tags = map[string]string{"team": "files"}
	other.Origins = []string{"https://app.example.org"}
	if got := strings.Join(one.Differences(other), " "); got != "origins maxSize tags" {
		t.Errorf("they differ in %s", got)
	}
}
