package stacks_test

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"testing"
)

// theDistribution returns the one distribution's configuration, resolved.
func (d deployment) theDistribution(t *testing.T) map[string]any {
	t.Helper()
	r := d.storage.Resources[d.only(t, d.storage, "AWS::CloudFront::Distribution", "StorageDeliveryDistribution")]
	return d.resolve(t, r.Properties["DistributionConfig"]).(map[string]any)
}

func asJSON(t *testing.T, v any) string {
	t.Helper()
	text, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// TestDistribution: in front of this bucket and nothing else, for signed URLs
// alone, over TLS.
func TestDistribution(t *testing.T) {
	d := edge(t)
	config := d.theDistribution(t)
	access := d.only(t, d.storage, "AWS::CloudFront::OriginAccessControl", "StorageDeliveryOriginAccess")
	cache := d.only(t, d.storage, "AWS::CloudFront::CachePolicy", "StorageDeliveryCache")
	headers := d.only(t, d.storage, "AWS::CloudFront::ResponseHeadersPolicy", "StorageDeliveryHeaders")
	for name, want := range map[string]string{
		"Origins":              `[{"DomainName":"bytepass-dev-111122223333-eu-central-1-an.s3.eu-central-1.amazonaws.com","Id":"bucket","OriginAccessControlId":"` + access + `","S3OriginConfig":{"OriginAccessIdentity":""}}]`,
		"DefaultCacheBehavior": `{"AllowedMethods":["GET","HEAD"],"CachePolicyId":"` + cache + `","CachedMethods":["GET","HEAD"],"Compress":true,"ResponseHeadersPolicyId":"` + headers + `","TargetOriginId":"bucket","TrustedKeyGroups":["key-group"],"ViewerProtocolPolicy":"https-only"}`,
		"CacheBehaviors":       `null`,
		"HttpVersion":          `"http2and3"`,
		"ViewerCertificate":    `{"CloudFrontDefaultCertificate":true}`,
		"Aliases":              `null`,
		"WebACLId":             `null`,
		"Logging":              `null`,
		"PriceClass":           `"PriceClass_All"`,
	} {
		if got := asJSON(t, config[name]); got != want {
			t.Errorf("%s is\n\t%s, not\n\t%s", name, got, want)
		}
	}
	for _, answer := range config["CustomErrorResponses"].([]any) {
		if page := answer.(map[string]any)["ResponsePagePath"]; page != "/error" {
			t.Errorf("an error is answered with %v", answer)
		}
	}
	if got := asJSON(t, d.resolve(t, d.storage.Resources[access].Properties)); !strings.Contains(got, `"SigningBehavior":"always","SigningProtocol":"sigv4"`) {
		t.Errorf("the edge does not sign what it asks: %s", got)
	}
}

// TestOwnDomain: with its certificate, TLS 1.2 at least, and the web ACL.
func TestOwnDomain(t *testing.T) {
	d := synth(t, map[string]any{"delivery": "cloudfront", "domain": "files.example.org", "certificate": certificate, "webAcl": webACL})
	config := d.theDistribution(t)
	for name, want := range map[string]string{
		"Aliases":           `["files.example.org"]`,
		"ViewerCertificate": `{"AcmCertificateArn":"` + certificate + `","MinimumProtocolVersion":"TLSv1.2_2021","SslSupportMethod":"sni-only"}`,
		"WebACLId":          `"` + webACL + `"`,
	} {
		if got := asJSON(t, config[name]); got != want {
			t.Errorf("%s is %s, not %s", name, got, want)
		}
	}
	if told := d.environment(t, "Files"); told["BYTEPASS_EDGE_DOMAIN"] != "files.example.org" {
		t.Errorf("the function signs for %v", told["BYTEPASS_EDGE_DOMAIN"])
	}
}

// environment is what a function of the API is told.
func (d deployment) environment(t *testing.T, function string) map[string]any {
	t.Helper()
	p := d.resolve(t, d.api.Resources[d.only(t, d.api, "AWS::Lambda::Function", "Api"+function)].Properties).(map[string]any)
	return p["Environment"].(map[string]any)["Variables"].(map[string]any)
}

// TestCacheKey: exactly the version and the disposition, so that another version
// is another object to the edge, and a signature is not.
func TestCacheKey(t *testing.T) {
	d := edge(t)
	policy := d.storage.Resources[d.only(t, d.storage, "AWS::CloudFront::CachePolicy", "StorageDeliveryCache")]
	want := `{"CookiesConfig":{"CookieBehavior":"none"},"EnableAcceptEncodingBrotli":true,"EnableAcceptEncodingGzip":true,"HeadersConfig":{"HeaderBehavior":"none"},` +
		`"QueryStringsConfig":{"QueryStringBehavior":"whitelist","QueryStrings":["versionId","response-content-disposition"]}}`
	if got := d.property(t, policy, "CachePolicyConfig", "ParametersInCacheKeyAndForwardedToOrigin"); got != want {
		t.Errorf("the edge caches by\n\t%s, not\n\t%s", got, want)
	}
}

// TestResponseHeaders: a stored page is harmless, and nothing of ours is told.
func TestResponseHeaders(t *testing.T) {
	d := synth(t, map[string]any{"delivery": "cloudfront", "origins": "https://app.example.org", "getSeconds": 300})
	policy := d.storage.Resources[d.only(t, d.storage, "AWS::CloudFront::ResponseHeadersPolicy", "StorageDeliveryHeaders")]
	for name, want := range map[string]string{
		"SecurityHeadersConfig": `{"ContentSecurityPolicy":{"ContentSecurityPolicy":"default-src 'none'; sandbox","Override":true},"ContentTypeOptions":{"Override":true},` +
			`"ReferrerPolicy":{"Override":true,"ReferrerPolicy":"no-referrer"},"StrictTransportSecurity":{"AccessControlMaxAgeSec":63072000,"IncludeSubdomains":false,"Override":true,"Preload":false}}`,
		"CustomHeadersConfig": `{"Items":[{"Header":"Cache-Control","Override":true,"Value":"private, max-age=300"}]}`,
	} {
		if got := d.property(t, policy, "ResponseHeadersPolicyConfig", name); got != want {
			t.Errorf("%s is\n\t%s, not\n\t%s", name, got, want)
		}
	}
	removed := d.property(t, policy, "ResponseHeadersPolicyConfig", "RemoveHeadersConfig")
	for _, name := range []string{"x-amz-server-side-encryption-aws-kms-key-id", "x-amz-meta-bytepass"} {
		if !strings.Contains(removed, `"`+name+`"`) {
			t.Errorf("%s is told", name)
		}
	}
	cors := d.property(t, policy, "ResponseHeadersPolicyConfig", "CorsConfig")
	if !strings.Contains(cors, `"AccessControlAllowOrigins":{"Items":["https://app.example.org"]}`) || strings.Contains(cors, "*") {
		t.Errorf("CORS is %s", cors)
	}
	none := synth(t, map[string]any{"delivery": "cloudfront", "origins": ""})
	if strings.Contains(string(none.storage.raw), "CorsConfig") {
		t.Error("without origins the edge has a CORS configuration")
	}
}

// TestExactDistribution: bucket and key let exactly this distribution read, in
// the deployment that makes it.
func TestExactDistribution(t *testing.T) {
	d := edge(t)
	bucket := d.storage.Resources[d.only(t, d.storage, "AWS::S3::BucketPolicy", "StorageBucketPolicy")]
	key := d.storage.Resources[d.only(t, d.storage, "AWS::KMS::Key", "StorageObjectKey")]
	const distribution = ` if {"StringEquals":{"aws:SourceArn":"DISTRIBUTION"}}`
	for what, test := range map[string]struct {
		document any
		want     []string
	}{
		"the bucket's policy": {bucket.Properties["PolicyDocument"], []string{
			"Allow s3:GetObject on BUCKET/u/*" + distribution, "Allow s3:GetObject on BUCKET/g/*" + distribution,
			"Allow s3:GetObjectVersion on BUCKET/u/*" + distribution, "Allow s3:GetObjectVersion on BUCKET/g/*" + distribution,
		}},
		"the key's policy": {key.Properties["KeyPolicy"], []string{
			`Allow kms:Decrypt on * if {"StringEquals":{"aws:SourceArn":"DISTRIBUTION","kms:EncryptionContext:aws:s3:arn":"BUCKET"}}`,
		}},
	} {
		var allowed []statement
		for _, s := range d.statements(t, test.document) {
			if principal, _ := s.Principal.(map[string]any); principal["Service"] == "cloudfront.amazonaws.com" {
				allowed = append(allowed, s)
			}
		}
		compare(t, what, d.lines(t, allowed), test.want)
	}
	without := dev(t)
	policy := without.storage.Resources[without.only(t, without.storage, "AWS::S3::BucketPolicy", "StorageBucketPolicy")]
	for _, s := range without.statements(t, policy.Properties["PolicyDocument"]) {
		if s.Effect == "Allow" {
			t.Errorf("without an edge the bucket's policy allows %+v", s)
		}
	}
}

// TestEdgeLogs: what is logged is listed, and holds no signature, no cookie and
// no referer; only this distribution's log may come into the log bucket.
func TestEdgeLogs(t *testing.T) {
	d := edge(t)
	r := d.storage.Resources[d.only(t, d.storage, "AWS::Logs::Delivery", "StorageDeliveryLogDelivery")]
	fields := list(r.Properties["RecordFields"])
	for _, never := range []string{"cs-uri-query", "cs(Cookie)", "cs(Referer)"} {
		if slices.Contains(fields, never) {
			t.Errorf("the edge logs %s", never)
		}
	}
	if !slices.Contains(fields, "cs-uri-stem") || !slices.Contains(fields, "sc-status") || len(fields) < 10 {
		t.Errorf("the edge logs too little: %v", fields)
	}
	source := d.storage.Resources[d.only(t, d.storage, "AWS::Logs::DeliverySource", "StorageDeliveryLogSource")]
	if got := d.property(t, source, "ResourceArn"); got != `"DISTRIBUTION"` {
		t.Errorf("logged is %s", got)
	}
	policy := d.storage.Resources[d.only(t, d.storage, "AWS::S3::BucketPolicy", "StorageLogBucketPolicy")]
	const want = `Allow s3:PutObject on LOGS/AWSLogs/111122223333/CloudFront/* if {"ArnEquals":{"aws:SourceArn":"arn:aws:logs:us-east-1:111122223333:delivery-source:bytepass-dev-eu-central-1"},"StringEquals":{"aws:SourceAccount":"111122223333"}}`
	if lines := d.lines(t, d.statements(t, policy.Properties["PolicyDocument"])); !slices.Contains(lines, want) {
		t.Errorf("the log bucket does not take exactly this log:\n%s", strings.Join(lines, "\n"))
	}
	if name := d.property(t, source, "Name"); name != `"bytepass-dev-eu-central-1"` {
		t.Errorf("the source is called %s", name)
	}
}

// TestSigningKey: nothing secret is in a template, the function is called by its
// schedule and for its secret alone, and signs for what the edge trusts.
func TestSigningKey(t *testing.T) {
	d := edge(t)
	secretID := d.only(t, d.storage, "AWS::SecretsManager::Secret", "StorageDeliverySigningKeySecret")
	secret := d.storage.Resources[secretID]
	for _, property := range []string{"SecretString", "GenerateSecretString", "Name"} {
		if secret.Properties[property] != nil {
			t.Errorf("the template says the secret's %s", property)
		}
	}
	arn := d.attribute(t, secretID, "Id")
	rule := d.storage.Resources[d.only(t, d.storage, "AWS::Events::Rule", "StorageDeliveryRotation")]
	function := d.only(t, d.storage, "AWS::Lambda::Function", "StorageDeliverySigningKey")
	if got := d.property(t, rule, "ScheduleExpression") + d.property(t, rule, "Targets"); got != `"rate(1 hour)"[{"Arn":"`+d.attribute(t, function, "Arn")+`","Id":"signingkey","Input":"{\"action\":\"rotate\",\"secretArn\":\"SECRET\"}"}]` {
		t.Errorf("the rotation is %s", got)
	}
	permission := d.storage.Resources[d.only(t, d.storage, "AWS::Lambda::Permission", "StorageDeliveryRotationMayCall")]
	if got := d.property(t, permission, "SourceArn"); got != `"arn:aws:events:eu-central-1:111122223333:rule/bytepass-dev-signing-key"` {
		t.Errorf("%s may call the function", got)
	}
	pair := d.storage.Resources[d.only(t, d.storage, "Custom::SigningKey", "StorageDeliverySigningKeyPair")]
	properties := d.resolve(t, pair.Properties).(map[string]any)
	delete(properties, "ServiceToken")
	if got := asJSON(t, properties); got != `{"KeyAlgorithm":"ECDSA_P256","RotateAfterDays":"90","SecretArn":"`+arn+`","ServiceTimeout":"360"}` {
		t.Errorf("the key pair is %s", got)
	}
	told := d.environment(t, "Files")
	if told["BYTEPASS_SIGNING_KEY_SECRET"] != arn || told["BYTEPASS_EDGE_DOMAIN"] != "d111111abcdef8.cloudfront.net" || told["BYTEPASS_DOWNLOAD_SIGNER_ROLE"] != nil {
		t.Errorf("the function files is told %v", slices.Sorted(maps.Keys(told)))
	}
}

// TestEdgeIsNeverReplaced: another distribution has another domain, and another
// secret makes every URL worthless.
func TestEdgeIsNeverReplaced(t *testing.T) {
	d := edge(t)
	for _, id := range []string{"StorageDeliveryDistributionA5CC18FC", "StorageDeliverySigningKeySecret7FD8FCC6", "StorageDeliverySigningKeyPair8FE6F87F"} {
		if _, ok := d.storage.Resources[id]; !ok {
			t.Errorf("%s would be replaced", id)
		}
	}
}

// TestDeliveryCanChange: nothing that only one of the deliveries has is exported
// by the storage. CloudFormation deletes no export that is in use, and the
// storage is updated first.
func TestDeliveryCanChange(t *testing.T) {
	for _, change := range []struct{ from, to deployment }{{dev(t), edge(t)}, {edge(t), dev(t)}} {
		for name, output := range change.from.storage.Outputs {
			if output["Export"] != nil && change.to.storage.Outputs[name]["Export"] == nil {
				t.Errorf("from %s to %s the export %s would have to go", change.from.settings.Delivery, change.to.settings.Delivery, name)
			}
		}
	}
}

// checkNoCycle: no resource needs itself.
func checkNoCycle(t *testing.T, d deployment) {
	t.Helper()
	for _, in := range []template{d.storage, d.api} {
		for id, r := range in.Resources {
			for _, next := range append(references(r.Properties), r.DependsOn...) {
				if _, ours := in.Resources[next]; ours && dependsOn(in, next, id, map[string]bool{}) {
					t.Errorf("%s needs %s, which needs it", id, next)
				}
			}
		}
	}
}
