package stacks_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
)

// property returns a resource's property at a path, resolved, as JSON.
func (d deployment) property(t *testing.T, r resource, path ...string) string {
	t.Helper()
	var v any = r.Properties
	for _, name := range path {
		object, _ := v.(map[string]any)
		v = object[name]
	}
	text, err := json.Marshal(d.resolve(t, v))
	if err != nil {
		t.Fatal(err)
	}
	return d.shortNames(t).Replace(string(text))
}

func TestBucket(t *testing.T) {
	d := dev(t)
	bucket := d.storage.Resources[d.only(t, d.storage, "AWS::S3::Bucket", "StorageBucket")]
	for _, test := range []struct{ path, want string }{
		{"VersioningConfiguration", `{"Status":"Enabled"}`},
		{"BucketEncryption ServerSideEncryptionConfiguration", `[{"BlockedEncryptionTypes":{"EncryptionType":["SSE-C"]},"BucketKeyEnabled":true,"ServerSideEncryptionByDefault":{"KMSMasterKeyID":"OBJECT-KEY","SSEAlgorithm":"aws:kms"}}]`},
		{"LoggingConfiguration", `{"DestinationBucketName":"bytepass-dev-logs-111122223333-eu-central-1-an","LogFilePrefix":"objects/"}`},
		{"NotificationConfiguration", `{"EventBridgeConfiguration":{"EventBridgeEnabled":true}}`},
		{"MetricsConfigurations", `[{"Id":"EntireBucket"}]`},
		{"LifecycleConfiguration Rules", `[{"Id":"versions","NoncurrentVersionExpiration":{"NoncurrentDays":120},"NoncurrentVersionTransitions":[{"StorageClass":"GLACIER_IR","TransitionInDays":30}],"Status":"Enabled","Transitions":[{"StorageClass":"GLACIER_IR","TransitionInDays":30}]},` +
			`{"AbortIncompleteMultipartUpload":{"DaysAfterInitiation":7},"ExpiredObjectDeleteMarker":true,"Id":"leftovers","Status":"Enabled"}]`},
	} {
		if got := d.property(t, bucket, strings.Fields(test.path)...); got != test.want {
			t.Errorf("%s is\n\t%s, not\n\t%s", test.path, got, test.want)
		}
	}
	logs := d.storage.Resources[d.only(t, d.storage, "AWS::S3::Bucket", "StorageLogBucket")]
	if got := d.property(t, logs, "BucketEncryption"); !strings.Contains(got, `"AES256"`) || strings.Contains(got, "KMS") {
		t.Errorf("the log bucket is encrypted by %s; S3 delivers access logs to SSE-S3 only", got)
	}
	if got := d.property(t, logs, "LifecycleConfiguration", "Rules"); !strings.Contains(got, `"ExpirationInDays":30`) {
		t.Errorf("access logs are not deleted: %s", got)
	}
}

// TestCORS: a page can do with a signed URL all that it may be signed for, and
// read what it needs of the answer.
func TestCORS(t *testing.T) {
	d := synth(t, map[string]any{"origins": "https://app.example.org,https://admin.example.org"})
	var rules []struct{ AllowedOrigins, AllowedMethods, AllowedHeaders, ExposedHeaders []string }
	bucket := d.storage.Resources[d.only(t, d.storage, "AWS::S3::Bucket", "StorageBucket")]
	if err := json.Unmarshal([]byte(d.property(t, bucket, "CorsConfiguration", "CorsRules")), &rules); err != nil || len(rules) != 1 {
		t.Fatalf("%d rules, %v", len(rules), err)
	}
	checksums := []string{"x-amz-checksum-crc32", "x-amz-checksum-crc32c", "x-amz-checksum-crc64nvme", "x-amz-checksum-sha1", "x-amz-checksum-sha256", "x-amz-checksum-type"}
	for _, test := range []struct {
		what      string
		got, want []string
	}{
		{"origins", rules[0].AllowedOrigins, []string{"https://app.example.org", "https://admin.example.org"}},
		{"methods", rules[0].AllowedMethods, []string{"GET", "HEAD", "PUT", "POST"}},
		{"headers", rules[0].AllowedHeaders, append([]string{"content-type", "if-none-match", "range", "x-amz-meta-bytepass", "x-amz-sdk-checksum-algorithm"}, checksums...)},
		{"exposed headers", rules[0].ExposedHeaders, append([]string{"ETag", "Location", "Content-Range", "x-amz-version-id"}, checksums...)},
	} {
		for _, want := range test.want {
			if !slices.Contains(test.got, want) {
				t.Errorf("%s: %s is missing in %v", test.what, want, test.got)
			}
		}
		if slices.ContainsFunc(test.got, func(s string) bool { return strings.Contains(s, "*") }) {
			t.Errorf("%s have a wildcard: %v", test.what, test.got)
		}
	}
	if len(rules[0].AllowedOrigins) != 2 || len(rules[0].AllowedMethods) != 4 {
		t.Errorf("more is allowed than was set: %+v", rules[0])
	}
	api := d.api.Resources[d.only(t, d.api, "AWS::ApiGatewayV2::Api", "ApiHttp")]
	if got := d.property(t, api, "CorsConfiguration"); got != `{"AllowHeaders":["authorization","content-type","x-request-id"],"AllowMethods":["GET","POST","DELETE"],"AllowOrigins":["https://app.example.org","https://admin.example.org"],"ExposeHeaders":["link","retry-after","x-request-id"],"MaxAge":3600}` {
		t.Errorf("the API's CORS is %s", got)
	}
}

// TestNoOriginsNoCORS: without origins no page of another origin gets anything.
func TestNoOriginsNoCORS(t *testing.T) {
	d := synth(t, map[string]any{"origins": ""})
	for _, in := range []template{d.storage, d.api} {
		if strings.Contains(string(in.raw), "CorsConfiguration") {
			t.Errorf("a template without origins has a CORS configuration")
		}
	}
}

// TestBucketPolicies: to the letter; the simulation shows what they mean.
func TestBucketPolicies(t *testing.T) {
	d := dev(t)
	for path, want := range map[string][]string{
		"StorageBucketPolicy": {
			`Deny s3:* on BUCKET if {"Bool":{"aws:SecureTransport":"false"}}`,
			`Deny s3:* on BUCKET/* if {"Bool":{"aws:SecureTransport":"false"}}`,
			`Deny s3:* on BUCKET if {"NumericLessThan":{"s3:TlsVersion":"1.2"}}`,
			`Deny s3:* on BUCKET/* if {"NumericLessThan":{"s3:TlsVersion":"1.2"}}`,
			`Deny s3:* on BUCKET/* if {"ArnNotEquals":{"aws:PrincipalArn":["role UploadSigner","role DownloadSigner"]},"StringEquals":{"s3:authType":["REST-QUERY-STRING","POST"]}}`,
			`Deny s3:* on BUCKET if {"StringEquals":{"s3:authType":"REST-HEADER"}}`,
			`Deny s3:* on BUCKET/* if {"StringEquals":{"s3:authType":"REST-HEADER"}}`,
			`Deny s3:* on BUCKET/* if {"NumericGreaterThan":{"s3:signatureAge":"900000"}}`,
			`Deny s3:* on BUCKET if {"StringEquals":{"s3:signatureversion":"AWS"}}`,
			`Deny s3:* on BUCKET/* if {"StringEquals":{"s3:signatureversion":"AWS"}}`,
		},
		"StorageLogBucketPolicy": {
			`Deny s3:* on LOGS if {"Bool":{"aws:SecureTransport":"false"}}`,
			`Deny s3:* on LOGS/* if {"Bool":{"aws:SecureTransport":"false"}}`,
			`Deny s3:* on LOGS if {"NumericLessThan":{"s3:TlsVersion":"1.2"}}`,
			`Deny s3:* on LOGS/* if {"NumericLessThan":{"s3:TlsVersion":"1.2"}}`,
			`Allow s3:PutObject on LOGS/objects/* if {"ArnEquals":{"aws:SourceArn":"BUCKET"},"StringEquals":{"aws:SourceAccount":"111122223333"}}`,
			`Deny s3:GetObject on LOGS/* if {"ArnNotEquals":{"aws:PrincipalArn":"role LogReader"}}`,
			`Deny s3:GetObjectVersion on LOGS/* if {"ArnNotEquals":{"aws:PrincipalArn":"role LogReader"}}`,
		},
	} {
		policy := d.storage.Resources[d.only(t, d.storage, "AWS::S3::BucketPolicy", path)]
		compare(t, path, d.lines(t, d.statements(t, policy.Properties["PolicyDocument"])), want)
	}
}

// TestSignatureCap: the bucket refuses signatures older than the longest
// lifetime, but S3 measures nothing under two minutes.
func TestSignatureCap(t *testing.T) {
	for _, test := range []struct {
		set  map[string]any
		want string
	}{
		{map[string]any{"getSeconds": 2700}, `"s3:signatureAge":"2700000"`},
		{map[string]any{"getSeconds": 10, "partSeconds": 10, "putSeconds": 10, "uploadUrlSeconds": 10}, `"s3:signatureAge":"120000"`},
	} {
		d := synth(t, test.set)
		policy := d.storage.Resources[d.only(t, d.storage, "AWS::S3::BucketPolicy", "StorageBucketPolicy")]
		if got := d.property(t, policy, "PolicyDocument"); !strings.Contains(got, test.want) {
			t.Errorf("%v: the policy has no %s", test.set, test.want)
		}
	}
}
