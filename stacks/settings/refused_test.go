package settings

import (
	"strings"
	"testing"
)

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
		{`"prefix":"1abc"`, "use a lower case letter, then"},
		{`"stage":"dev-logs"`, "does not end in logs, as the log bucket of another stage does"},
		{`"stage":"logs"`, "does not end in logs"},
		{`"stage":"catalogs"`, ""},
		{`"stages":{"Prod":{}}`, "stages.Prod, which is no stage's name: use a lower case letter"},
		{`"stage":"prod","stages":{"prdo":{"putSeconds":60}}`, "stages.prdo is for another stage than prod: write stages.prod, or set something for prod"},
		{`"stage":"prod","stages":{"prods":{"putSeconds":60},"prod":{}}`, "stages.prods is for another stage than prod"},
		{`"stage":"prod","stages":{"prods":{"putSeconds":60},"prod":{"getSeconds":60}}`, ""},
		{`"stage":"test-2","stages":{"test-1":{"putSeconds":60},"eu":{"putSeconds":60},"prod":{"putSeconds":60}}`, ""},
		{`"stage":"west","stages":{"east":{"putSeconds":60}}`, ""},
		{`"cloudtrail":true`, "the setting cloudtrail is unknown: did you mean cloudTrail?"},
		{`"Stages":{"prod":{}}`, "did you mean stages?"},
		{`"stages":{"prod":{"maxsize":1}}`, "the setting stages.prod.maxsize is unknown: did you mean stages.prod.maxSize?"},
		{`"prefix":"aws-files"`, "reserved"},
		{`"prefix":"twenty-three-characters"`, "the setting prefix is too long"},
		{`"prefix":"twenty-two-characters"`, ""},
		{`"issuer":""`, "the setting issuer is"},
		{`"issuer":"http://login.example.org"`, "use the issuer's https URL"},
		{`"issuer":"https://login.example.org?x=1"`, "use the issuer's https URL"},
		{`"issuer":"https://login.example.org?"`, "without query"},
		{`"issuer":"https://login.example.org#"`, "without query, fragment"},
		{`"issuer":"https://login.example.org/ "`, "fragment and space"},
		{`"issuer":"https://bücher.example.org"`, "punycode"},
		{`"issuer":"https://login.example.org:99999"`, "use 1 to 65535"},
		{`"stage":"prod","issuer":"https://issuer.example.com/"`, "the setting issuer is still the example"},
		{`"stage":"prod","issuer":"https://127.0.0.1:9000"`, "which API Gateway cannot reach"},
		{`"stage":"prod","issuer":"https://10.1.2.3"`, "which API Gateway cannot reach"},
		{`"stage":"prod","issuer":"https://[fd00::1]/"`, "which API Gateway cannot reach"},
		{`"stage":"prod","issuer":"https://keycloak"`, "which API Gateway cannot reach"},
		{`"stage":"prod","issuer":"https://login.corp.internal"`, "use an issuer with a public name"},
		{`"stage":"test","retain":false,"issuer":"https://keycloak"`, ""},
		{`"issuer":"http://127.0.0.1:9000"`, ""},
		{`"audience":[]`, "the setting audience is []"},
		{`"audience":["a","a"]`, "there twice"},
		{`"ownerClaim":"user id"`, "the setting ownerClaim"},
		{`"origins":["*"]`, "the setting origins"},
		{`"origins":["https://*.example.org"]`, "the setting origins"},
		{`"origins":["https://app.example.org/"]`, "the setting origins"},
		{`"origins":["http://app.example.org"]`, "the setting origins"},
		{`"origins":"https://app.example.org"`, ""},
		{`"origins":["https://app.example.org:443"]`, "leave the port :443 out"},
		{`"origins":["http://localhost:80"]`, "leave the port :80 out"},
		{`"origins":["https://app.example.org:"]`, "leave the port out, or use 1 to 65535"},
		{`"origins":["https://app.example.org:99999"]`, "leave the port out, or use 1 to 65535"},
		{`"origins":["https://bücher.example"]`, "punycode"},
		{`"origins":["https://app.example.org:8443","http://[::1]:3000","https://xn--bcher-kva.example"]`, ""},
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
		{`"transitionClass":"STANDARD_IA","noncurrentDays":59`, "billed there for 30 days at least: use 60 or more"},
		{`"transitionClass":"STANDARD_IA","noncurrentDays":60`, ""},
		{`"transitionClass":"INTELLIGENT_TIERING","noncurrentDays":30`, "use 31 or more"},
		{`"transitionClass":"INTELLIGENT_TIERING","noncurrentDays":31`, ""},
		{`"noncurrentDays":119`, "billed there for 90 days at least: use 120 or more"},
		{`"logDays":8`, "the setting logDays is 8: use one of 1, 3, 5"},
		{`"architecture":"amd64"`, "use arm64, x86_64"},
		{`"ingestConcurrency":1`, "use 2 to 1000"},
		{`"retain":"yes"`, "use true or false"},
		{`"delivery":"cloudfront"`, ""},
		{`"delivery":"ftp"`, "use s3, cloudfront"},
		{`"domain":"files.example.org"`, "the setting domain is for downloads from CloudFront: set delivery to cloudfront, or leave it out"},
		{`"domain":"files.example.org","certificate":"` + certificate + `"`, "the settings domain and certificate are for downloads from CloudFront: set delivery to cloudfront, or leave them out"},
		{`"keyDays":30,"priceClass":"PriceClass_100","webAcl":"` + webACL + `"`, "the settings webAcl, priceClass and keyDays are for downloads"},
		{`"delivery":"cloudfront","domain":"files.example.org"`, "the settings domain and certificate belong together"},
		{`"delivery":"cloudfront","certificate":"` + certificate + `"`, "the settings domain and certificate belong together"},
		{`"delivery":"cloudfront","domain":"files.example.org","certificate":"` + certificate + `"`, ""},
		{`"delivery":"cloudfront","domain":"*.example.org","certificate":"` + certificate + `"`, "use a host name"},
		{`"delivery":"cloudfront","domain":"10.0.0.1","certificate":"` + certificate + `"`, "use a host name"},
		{`"delivery":"cloudfront","domain":"Files.example.org","certificate":"` + certificate + `"`, "use a host name"},
		{`"certificate":"arn:aws:acm:eu-central-1:111122223333:certificate/12345678-1234-1234-1234-123456789012"`, "in us-east-1"},
		{`"webAcl":"` + webACL + `"`, "the setting webAcl is for downloads"},
		{`"delivery":"cloudfront","webAcl":"` + webACL + `"`, ""},
		{`"delivery":"cloudfront","webAcl":"arn:aws:wafv2:eu-central-1:111122223333:regional/webacl/x/12345678-1234-1234-1234-123456789012"`, "scope CLOUDFRONT"},
		{`"priceClass":"PriceClass_100"`, "the setting priceClass is for downloads from CloudFront"},
		{`"keyDays":30`, "the setting keyDays is for downloads"},
		{`"delivery":"cloudfront","keyDays":30`, ""},
		{`"identity":"cognito"`, "leave issuer out (null in stages.dev"},
		{`"identity":"cognito","stages":{"dev":{"issuer":null}}`, ""},
		{`"identity":"cognito","stages":{"dev":{"issuer":""}}`, ""},
		{`"stages":{"dev":{"issuer":null}}`, "the setting issuer is missing"},
		{`"identity":"cognito","issuer":null,"ownerClaim":"email"`, "use sub or username"},
		{`"identity":"cognito","issuer":null,"ownerClaim":"username"`, ""},
		{`"identity":"cognito","issuer":"https://issuer.example.com"`, ""},
		{`"identity":"cognito","issuer":"https://issuer.example.com","audience":["files"]`, "leave audience out"},
		{`"identity":"cognito","issuer":"https://issuer.example.com","stage":"prod"`, "the setting callbackUrls is missing"},
		{`"identity":"cognito","issuer":"https://issuer.example.com","stage":"prod","callbackUrls":["https://app.example.org/in"]`, ""},
		{`"identity":"cognito","issuer":"https://issuer.example.com","callbackUrls":["http://app.example.org/in"]`, "the whole https URL of a page"},
		{`"identity":"cognito","issuer":"https://issuer.example.com","callbackUrls":["http://127.0.0.2:3000/"]`, "Cognito comes back over http to localhost, 127.0.0.1 and [::1] only"},
		{`"identity":"cognito","issuer":"https://issuer.example.com","origins":["http://127.1.2.3:3000"]`, "Cognito comes back over http to localhost, 127.0.0.1 and [::1] only"},
		{`"identity":"cognito","issuer":"https://issuer.example.com","callbackUrls":["http://localhost:3000/","http://127.0.0.1/","http://[::1]:8080/"]`, ""},
		{`"origins":["http://127.1.2.3:3000"]`, ""},
		{`"identity":"cognito","issuer":"https://issuer.example.com","callbackUrls":["https://*.example.org/"]`, "without wildcard"},
		{`"identity":"cognito","issuer":"https://issuer.example.com","scopePrefix":"files/"`, "begin with bytepass/"},
		{`"scopePrefix":"files read/"`, "without space"},
		{`"identity":"cognito","issuer":"https://issuer.example.com","prefix":"my-aws-files"`, "use another prefix or stage"},
		{`"identity":"cognito","issuer":"https://issuer.example.com","transitionDays":60`, "the setting noncurrentDays is 120"},
		{`"identity":"saml"`, "use oidc, cognito"},
		{`"callbackUrls":["https://app.example.org/"]`, "the setting callbackUrls is for a user pool: set identity to cognito, or leave it out"},
		{`"signUp":true`, "the setting signUp is for a user pool"},
		{`"signUp":true,"mfa":"optional"`, "the settings mfa and signUp are for a user pool: set identity to cognito, or leave them out"},
		{`"mfa":"optional"`, "the setting mfa is for a user pool"},
		{`"priceClass":"cheap"`, "use PriceClass_100, PriceClass_200, PriceClass_All"},
		{`"keyDays":-1`, "use 0 to 3650"},
		{`"tags":{"stage":"x"}`, "set by the stacks"},
		{`"tags":{"Stage":"x"}`, "set by the stacks"},
		{`"tags":{"Team":"x","team":"x"}`, "the tags \"Team\" and \"team\" are the same to IAM"},
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

// manyTypes are more media types than a function's environment holds.
func manyTypes() string {
	var b strings.Builder
	for i := range 40 {
		b.WriteString(`,"application/` + strings.Repeat("x", 50+i) + `"`)
	}
	return b.String()
}
