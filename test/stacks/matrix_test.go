package stacks_test

import (
	"bytes"
	"fmt"
	"os/exec"
	"path/filepath"
	"testing"
)

// Of a domain's certificate and of a web ACL, as settings name them.
const (
	certificate = "arn:aws:acm:us-east-1:" + account + ":certificate/12345678-1234-1234-1234-123456789012"
	webACL      = "arn:aws:wafv2:us-east-1:" + account + ":global/webacl/downloads/12345678-1234-1234-1234-123456789012"
)

// combinations are settings far from the defaults, in every kind of stage.
var combinations = []map[string]any{
	{},
	{"stage": "prod", "issuer": "https://login.example.org"},
	{"stage": "prod", "issuer": "https://login.example.org", "origins": "https://app.example.org", "reservedConcurrency": "50", "requireScopes": "true", "scopePrefix": "files/"},
	{"stage": "a", "prefix": "b", "issuer": "https://login.example.org", "retain": "false"},
	{"stage": "longest-stage-16", "prefix": "prefix-no", "issuer": "https://login.example.org"},
	{"stage": "test", "retain": "false", "issuer": "http://127.0.0.1:9000", "architecture": "x86_64", "logDays": "1", "accessLogDays": "1"},
	{"transitionClass": "NONE", "noncurrentDays": "1", "origins": "", "allowedTypes": "image/*,application/pdf", "maxSize": "50TiB"},
	{"transitionClass": "STANDARD_IA", "transitionDays": "3560", "noncurrentDays": "3650"},
	{"transitionClass": "INTELLIGENT_TIERING", "transitionDays": "1", "noncurrentDays": "91", "tags": `{"team":"files","cost centre":"42"}`},
	{"delivery": "cloudfront"},
	{"delivery": "cloudfront", "stage": "prod", "issuer": "https://login.example.org", "domain": "files.example.org", "certificate": certificate, "webAcl": webACL, "priceClass": "PriceClass_100"},
	{"delivery": "cloudfront", "stage": "longest-stage-16", "prefix": "prefix-no", "issuer": "https://login.example.org", "origins": "", "keyDays": "0"},
	{"identity": "cognito"},
	{"identity": "cognito", "stage": "prod", "issuer": "https://issuer.example.com", "callbackUrls": "https://app.example.org/signed-in", "mfa": "optional", "signUp": "true", "requireScopes": "true"},
	{"cloudTrail": "true"},
	{"cloudTrail": "true", "identity": "cognito", "delivery": "cloudfront", "stage": "prod", "issuer": "https://issuer.example.com", "origins": "https://app.example.org"},
	{"uploadUrlSeconds": "1", "putSeconds": "1", "partSeconds": "1", "getSeconds": "1", "ingestConcurrency": "2", "throttleRate": "1", "throttleBurst": "1"},
}

// TestCombinations: whatever is set, the stacks synthesize, hold the rules that
// hold always, and pass cfn-lint.
func TestCombinations(t *testing.T) {
	var files []string
	for _, set := range combinations {
		d := synth(t, set)
		checkNoWildcards(t, d)
		checkNoCycle(t, d)
		for _, id := range d.api.ofType("AWS::ApiGatewayV2::Route") {
			route := d.api.Resources[id].Properties
			if route["AuthorizationType"] != "JWT" && route["RouteKey"] != "GET /openapi.json" && route["RouteKey"] != "GET /docs" && route["RouteKey"] != "GET /healthz" {
				t.Errorf("%v: %v is public", set, route["RouteKey"])
			}
		}
		if t.Failed() {
			t.Fatalf("with the settings %v", set)
		}
		for _, part := range []string{"storage", "api"} {
			files = append(files, filepath.Join(d.dir, d.settings.Name()+"-"+part+".template.json"))
		}
	}
	lint(t, append(files, inAnotherApp(t)))
}

// lint runs cfn-lint over templates: no error, no warning.
func lint(t *testing.T, files []string) {
	t.Helper()
	command := filepath.Join(root, ".tools", "cfn-lint", "bin", "cfn-lint")
	out, err := exec.Command(command, append([]string{"--non-zero-exit-code", "warning", "--"}, files...)...).CombinedOutput()
	if err != nil && len(out) == 0 {
		t.Fatalf("cfn-lint does not run (%v); install it with: sh tools/cfn-lint.sh", err)
	}
	if err != nil {
		t.Errorf("cfn-lint: %v\n%s", err, out)
	}
}

// TestDeterminism: the same settings give the same bytes.
func TestDeterminism(t *testing.T) {
	first := dev(t)
	for range 3 {
		again := synth(t, nil)
		if !bytes.Equal(first.storage.raw, again.storage.raw) || !bytes.Equal(first.api.raw, again.api.raw) {
			t.Fatal("two synths of the same settings differ")
		}
	}
}

// TestTags: everything that takes tags says whose it is.
func TestTags(t *testing.T) {
	d := synth(t, map[string]any{"tags": `{"team":"files"}`})
	want := `[{"Key":"app","Value":"bytepass"},{"Key":"stage","Value":"dev"},{"Key":"team","Value":"files"}]`
	tagged := 0
	for _, in := range []template{d.storage, d.api} {
		for id, r := range in.Resources {
			if r.Properties["Tags"] == nil {
				continue
			}
			tagged++
			if got := d.property(t, r, "Tags"); got != want && fmt.Sprint(r.Properties["Tags"]) != "map[app:bytepass stage:dev team:files]" {
				t.Errorf("%s has the tags %s", id, got)
			}
		}
	}
	if tagged < 20 {
		t.Errorf("only %d resources have tags", tagged)
	}
}
