package stores

import (
	"net/http"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
)

// page is the origin of a page that may use the store.
const page = "http://page.example"

func browsers() chapter {
	return chapter{"Pages of other origins (CORS)", []check{
		{"takes rules of the bucket", "the store has rules for all its buckets, or a proxy before it adds the headers (MinIO: `MINIO_API_CORS_ALLOW_ORIGIN`)", func(a *asker) string { return done(a.allowPage()) }},
		{"lets a page of a listed origin upload and read the answer", "browsers cannot use it without a proxy before it that adds the headers", preflight},
		{"lets no other page", "any page that has a signed URL can use it, which the signature allows anyway", foreignPage},
	}}
}

// allowPage lists one origin.
func (a *asker) allowPage() error {
	_, err := a.client.PutBucketCors(a.Context(), &s3.PutBucketCorsInput{Bucket: a.bucket, CORSConfiguration: &types.CORSConfiguration{CORSRules: []types.CORSRule{{
		AllowedOrigins: []string{page}, AllowedMethods: []string{"PUT", "GET"}, AllowedHeaders: []string{"content-type"}, ExposeHeaders: []string{"ETag"},
	}}}})
	return err
}

// fromPage sends a preflight and then an upload as a page of this origin would,
// and returns what the store lets it do and see.
func (a *asker) fromPage(key, origin string) (allowed, exposed string) {
	a.Helper()
	in := &s3.PutObjectInput{Bucket: a.bucket, Key: &key, ContentType: aws.String("text/plain")}
	signed, header := a.sign(in)
	before := a.send(http.MethodOptions, signed, http.Header{
		"Origin": {origin}, "Access-Control-Request-Method": {"PUT"}, "Access-Control-Request-Headers": {"content-type"},
	}, "")
	header = header.Clone()
	header.Set("Origin", origin)
	header.Set("Content-Type", "text/plain")
	after := a.send(http.MethodPut, signed, header, "hello")
	if !before.ok() || before.header.Get("Access-Control-Allow-Origin") == "" {
		return "", ""
	}
	return after.header.Get("Access-Control-Allow-Origin"), after.header.Get("Access-Control-Expose-Headers")
}

func preflight(a *asker) string {
	for deadline := time.Now().Add(holds); ; time.Sleep(50 * time.Millisecond) {
		allowed, exposed := a.fromPage("cors/listed", page)
		if (allowed == page || allowed == "*") && strings.Contains(strings.ToLower(exposed), "etag") {
			return yes
		}
		if time.Now().After(deadline) {
			return "no: the headers are others"
		}
	}
}

func foreignPage(a *asker) string {
	allowed, _ := a.fromPage("cors/foreign", "http://evil.example")
	return when(allowed == "" || allowed == page, "it lets it")
}

func settings() chapter {
	return chapter{"Settings of the bucket", []check{
		{"aborts stale uploads by lifecycle", "`serve` aborts them itself", lifecycle(&types.LifecycleRule{AbortIncompleteMultipartUpload: &types.AbortIncompleteMultipartUpload{DaysAfterInitiation: aws.Int32(7)}})},
		{"expires older versions by lifecycle", "older versions and deleted files stay until `bytepass purge`", lifecycle(&types.LifecycleRule{NoncurrentVersionExpiration: &types.NoncurrentVersionExpiration{NoncurrentDays: aws.Int32(120)}})},
		{"encrypts by default", "objects lie on the disks as they are: encrypt the disks", encryption},
		{"blocks public access", "a policy that somebody adds can open the bucket; `bytepass drift` shows it", publicAccess},
		{"takes tags of the bucket", "nothing: they are for people", bucketTags},
	}}
}

func lifecycle(rule *types.LifecycleRule) func(*asker) string {
	return func(a *asker) string {
		r := *rule
		r.ID, r.Status, r.Filter = aws.String("rule"), types.ExpirationStatusEnabled, &types.LifecycleRuleFilter{Prefix: aws.String("")}
		_, err := a.client.PutBucketLifecycleConfiguration(a.Context(), &s3.PutBucketLifecycleConfigurationInput{
			Bucket: a.bucket, LifecycleConfiguration: &types.BucketLifecycleConfiguration{Rules: []types.LifecycleRule{r}},
		}, withMD5)
		if err != nil {
			return done(err)
		}
		out, err := a.client.GetBucketLifecycleConfiguration(a.Context(), &s3.GetBucketLifecycleConfigurationInput{Bucket: a.bucket})
		if err != nil {
			return done(err)
		}
		kept := len(out.Rules) == 1 && (out.Rules[0].AbortIncompleteMultipartUpload != nil) == (r.AbortIncompleteMultipartUpload != nil) &&
			(out.Rules[0].NoncurrentVersionExpiration != nil) == (r.NoncurrentVersionExpiration != nil)
		return when(kept, "it is not kept")
	}
}

func encryption(a *asker) string {
	_, err := a.client.PutBucketEncryption(a.Context(), &s3.PutBucketEncryptionInput{Bucket: a.bucket, ServerSideEncryptionConfiguration: &types.ServerSideEncryptionConfiguration{
		Rules: []types.ServerSideEncryptionRule{{ApplyServerSideEncryptionByDefault: &types.ServerSideEncryptionByDefault{SSEAlgorithm: types.ServerSideEncryptionAes256}}},
	}}, withMD5)
	if err != nil {
		return done(err)
	}
	defer func() {
		_, err := a.client.DeleteBucketEncryption(a.Context(), &s3.DeleteBucketEncryptionInput{Bucket: a.bucket})
		if err != nil {
			a.Error(err)
		}
	}()
	a.put("settings/encrypted", "secret")
	return when(a.head("settings/encrypted").ServerSideEncryption == types.ServerSideEncryptionAes256, "objects are not encrypted")
}

func publicAccess(a *asker) string {
	_, err := a.client.PutPublicAccessBlock(a.Context(), &s3.PutPublicAccessBlockInput{Bucket: a.bucket, PublicAccessBlockConfiguration: &types.PublicAccessBlockConfiguration{
		BlockPublicAcls: aws.Bool(true), BlockPublicPolicy: aws.Bool(true), IgnorePublicAcls: aws.Bool(true), RestrictPublicBuckets: aws.Bool(true),
	}}, withMD5)
	if err != nil {
		return done(err)
	}
	defer func() {
		_, err := a.client.DeletePublicAccessBlock(a.Context(), &s3.DeletePublicAccessBlockInput{Bucket: a.bucket})
		if err != nil {
			a.Error(err)
		}
	}()
	err = a.policy(`{"Effect":"Allow","Principal":"*","Action":"s3:GetObject","Resource":"arn:aws:s3:::files/public"}`)
	return when(err != nil, "a public policy is accepted")
}

func bucketTags(a *asker) string {
	_, err := a.client.PutBucketTagging(a.Context(), &s3.PutBucketTaggingInput{Bucket: a.bucket, Tagging: &types.Tagging{TagSet: []types.Tag{{Key: aws.String("app"), Value: aws.String("bytepass")}}}}, withMD5)
	if err != nil {
		return done(err)
	}
	out, err := a.client.GetBucketTagging(a.Context(), &s3.GetBucketTaggingInput{Bucket: a.bucket})
	if err != nil {
		return done(err)
	}
	return when(len(out.TagSet) == 1, "they are not kept")
}
