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

// TestRefused: one line that names the setting and the remedy.
func TestRefused(t *testing.T) {
	for _, test := range []struct{ set, says string }{
		{`"colour":"red"`, "the setting colour is unknown: use one of stage, prefix"},
		{`"stages":{"prod":{"colour":"red"}}`, "the setting stages.prod.colour is unknown"},
		{`"stages":{"prod":{"stage":"x"}}`, "the setting stages.prod.stage cannot be set for one stage"},
		{`"stages":[]`, "the context's stages is not an object"},
		{`"stage":"Prod"`, `the setting stage is "Prod": use a lower case letter`},
		{`"stage":"a-stage-too-long"`, ""},
		{`"stage":"a-stage-far-too-long"`, "the setting stage is"},
		{`"stage":7`, "the setting stage is 7"},
		{`"stage":"prod","retain":false`, "the setting retain is false, but the stage prod always keeps its data"},
		{`"stage":"prod","issuer":"http://127.0.0.1:9000"`, "use an https issuer"},
		{`"stage":"prod","issuer":"https://issuer.example.com"`, "the setting issuer is still the example"},
		{`"prefix":"Files"`, "the setting prefix is"},
		{`"prefix":"aws-files"`, "reserved"},
		{`"prefix":"twenty-three-characters"`, "the setting prefix is too long"},
		{`"prefix":"twenty-two-characters"`, ""},
		{`"issuer":""`, "the setting issuer is"},
		{`"issuer":"http://login.example.org"`, "use the issuer's https URL"},
		{`"issuer":"https://login.example.org?x=1"`, "use the issuer's https URL"},
		{`"issuer":"http://127.0.0.1:9000"`, ""},
		{`"audience":[]`, "the setting audience is []"},
		{`"audience":["a","a"]`, "there twice"},
		{`"ownerClaim":"user id"`, "the setting ownerClaim"},
		{`"origins":["*"]`, "the setting origins"},
		{`"origins":["https://*.example.org"]`, "the setting origins"},
		{`"origins":["https://app.example.org/"]`, "the setting origins"},
		{`"origins":["http://app.example.org"]`, "the setting origins"},
		{`"origins":"https://app.example.org"`, ""},
		{`"maxSize":0`, "the setting maxSize is 0: use 1 byte to 50TiB"},
		{`"maxSize":"51TiB"`, "the setting maxSize"},
		{`"maxSize":"9999999TiB"`, "the setting maxSize"},
		{`"maxSize":"20M"`, "the setting maxSize is \"20M\": use 1 byte to 50TiB, as bytes or as 20MB, 5GiB"},
		{`"maxSize":1.5`, "the setting maxSize"},
		{`"allowedTypes":["image"]`, "the setting allowedTypes"},
		{`"allowedTypes":["Image/PNG"]`, "in lower case"},
		{`"allowedTypes":["text/plain"` + manyTypes() + `]`, "the setting allowedTypes is too long"},
		{`"putSeconds":0`, "the setting putSeconds is 0: use 1 to 2700"},
		{`"putSeconds":2701`, "use 1 to 2700"},
		{`"putSeconds":2700`, ""},
		{`"putSeconds":"soon"`, "use 1 to 2700"},
		{`"getSeconds":60.5`, "use 1 to 2700"},
		{`"transitionClass":"DEEP_ARCHIVE"`, "use GLACIER_IR, STANDARD_IA, INTELLIGENT_TIERING, NONE"},
		{`"transitionClass":"STANDARD_IA","transitionDays":7`, "use 30 or more"},
		{`"transitionDays":60`, "the setting noncurrentDays is 120"},
		{`"transitionDays":60,"noncurrentDays":150`, ""},
		{`"transitionClass":"NONE","noncurrentDays":1`, ""},
		{`"logDays":8`, "the setting logDays is 8: use one of 1, 3, 5"},
		{`"architecture":"amd64"`, "use arm64, x86_64"},
		{`"ingestConcurrency":1`, "use 2 to 1000"},
		{`"retain":"yes"`, "use true or false"},
		{`"delivery":"cloudfront"`, ""},
		{`"delivery":"ftp"`, "use s3, cloudfront"},
		{`"domain":"files.example.org"`, "set delivery to cloudfront"},
		{`"delivery":"cloudfront","domain":"files.example.org"`, "the settings domain and certificate belong together"},
		{`"delivery":"cloudfront","certificate":"` + certificate + `"`, "the settings domain and certificate belong together"},
		{`"delivery":"cloudfront","domain":"files.example.org","certificate":"` + certificate + `"`, ""},
		{`"delivery":"cloudfront","domain":"*.example.org","certificate":"` + certificate + `"`, "use a host name"},
		{`"delivery":"cloudfront","domain":"10.0.0.1","certificate":"` + certificate + `"`, "use a host name"},
		{`"delivery":"cloudfront","domain":"Files.example.org","certificate":"` + certificate + `"`, "use a host name"},
		{`"certificate":"arn:aws:acm:eu-central-1:111122223333:certificate/12345678-1234-1234-1234-123456789012"`, "in us-east-1"},
		{`"webAcl":"` + webACL + `"`, "set delivery to cloudfront"},
		{`"delivery":"cloudfront","webAcl":"` + webACL + `"`, ""},
		{`"delivery":"cloudfront","webAcl":"arn:aws:wafv2:eu-central-1:111122223333:regional/webacl/x/12345678-1234-1234-1234-123456789012"`, "scope CLOUDFRONT"},
		{`"identity":"cognito"`, "leave issuer out"},
		{`"identity":"cognito","issuer":"https://issuer.example.com"`, ""},
		{`"identity":"cognito","issuer":"https://issuer.example.com","audience":["files"]`, "leave audience out"},
		{`"identity":"cognito","issuer":"https://issuer.example.com","stage":"prod"`, "the setting callbackUrls is missing"},
		{`"identity":"cognito","issuer":"https://issuer.example.com","stage":"prod","callbackUrls":["https://app.example.org/in"]`, ""},
		{`"identity":"cognito","issuer":"https://issuer.example.com","callbackUrls":["http://app.example.org/in"]`, "the whole https URL of a page"},
		{`"identity":"cognito","issuer":"https://issuer.example.com","callbackUrls":["https://*.example.org/"]`, "without wildcard"},
		{`"identity":"cognito","issuer":"https://issuer.example.com","scopePrefix":"files/"`, "begin with bytepass/"},
		{`"scopePrefix":"files read/"`, "without space"},
		{`"identity":"cognito","issuer":"https://issuer.example.com","prefix":"my-aws-files"`, "use another prefix or stage"},
		{`"identity":"cognito","issuer":"https://issuer.example.com","transitionDays":60`, "the setting noncurrentDays is 120"},
		{`"identity":"saml"`, "use oidc, cognito"},
		{`"callbackUrls":["https://app.example.org/"]`, "set identity to cognito"},
		{`"signUp":true`, "set identity to cognito"},
		{`"mfa":"optional"`, "set identity to cognito"},
		{`"priceClass":"cheap"`, "use PriceClass_100, PriceClass_200, PriceClass_All"},
		{`"keyDays":-1`, "use 0 to 3650"},
		{`"tags":{"stage":"x"}`, "set by the stacks"},
		{`"tags":{"aws:x":"y"}`, "the setting tags"},
		{`"tags":{"x":1}`, "the setting tags"},
		{`"tags":"x"`, "use an object"},
	} {
		with := test.set
		if !strings.Contains(with, `"issuer"`) {
			with = `"issuer":"` + issuer + `",` + with
		}
		_, err := Read(context(t, `{"bytepass":{`+with+`}}`))
		switch {
		case test.says == "" && err != nil:
			t.Errorf("%s is refused: %v", test.set, err)
		case test.says != "" && err == nil:
			t.Errorf("%s is accepted", test.set)
		case err != nil && (!strings.Contains(err.Error(), test.says) || strings.Contains(err.Error(), "\n")):
			t.Errorf("%s: the error is %q, not one line with %q", test.set, err, test.says)
		}
	}
}

func TestContextKeys(t *testing.T) {
	for _, test := range []struct{ context, says string }{
		{`{}`, "the setting issuer is missing: set it to the OIDC issuer"},
		{`{"stage":"prod"}`, "the context has stage: write bytepass:stage"},
		{`{"bytepass:colour":"red"}`, "the setting bytepass:colour is unknown"},
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

// manyTypes are more media types than a function's environment holds.
func manyTypes() string {
	var b strings.Builder
	for i := range 40 {
		b.WriteString(`,"application/` + strings.Repeat("x", 50+i) + `"`)
	}
	return b.String()
}
