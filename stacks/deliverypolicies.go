package stacks

import (
	"fmt"

	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudfront"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"
)

// cacheKey is all of a URL's query that the edge caches by and hands on to S3:
// so an overwritten file is another object to it, and a signature is not.
var cacheKey = []string{"versionId", "response-content-disposition"}

const (
	day  = 24 * 60 * 60
	year = 365 * day
)

// newCachePolicy says what the edge keeps apart, and for how long. A URL names
// one version, which never changes, so a day is not too long. The encodings
// that the viewer takes belong to the key, or nothing would be compressed.
func newCachePolicy(scope constructs.Construct, n names) awscloudfront.CfnCachePolicy {
	none := func() *string { return jsii.String("none") }
	return awscloudfront.NewCfnCachePolicy(scope, jsii.String("Cache"), &awscloudfront.CfnCachePolicyProps{
		CachePolicyConfig: &awscloudfront.CfnCachePolicy_CachePolicyConfigProperty{
			Name: jsii.String(n.global()), Comment: jsii.String("By version and disposition"),
			MinTtl: jsii.Number(0), DefaultTtl: jsii.Number(day), MaxTtl: jsii.Number(year),
			ParametersInCacheKeyAndForwardedToOrigin: &awscloudfront.CfnCachePolicy_ParametersInCacheKeyAndForwardedToOriginProperty{
				CookiesConfig: &awscloudfront.CfnCachePolicy_CookiesConfigProperty{CookieBehavior: none()},
				HeadersConfig: &awscloudfront.CfnCachePolicy_HeadersConfigProperty{HeaderBehavior: none()},
				QueryStringsConfig: &awscloudfront.CfnCachePolicy_QueryStringsConfigProperty{
					QueryStringBehavior: jsii.String("whitelist"), QueryStrings: jsii.Strings(cacheKey...),
				},
				EnableAcceptEncodingGzip: jsii.Bool(true), EnableAcceptEncodingBrotli: jsii.Bool(true),
			},
		},
	})
}

// contentPolicy keeps a stored page from doing anything: it loads nothing, runs
// nothing, and has an origin of its own.
const contentPolicy = "default-src 'none'; sandbox"

// untold are headers of S3's answers that are nobody's business: the key's ARN
// has the account in it, and the declaration is for ingest.
var untold = []string{
	"server", "x-amz-meta-bytepass", "x-amz-server-side-encryption", "x-amz-server-side-encryption-aws-kms-key-id", "x-amz-server-side-encryption-bucket-key-enabled",
}

// newResponseHeaders says what every answer carries, whatever S3 says.
func newResponseHeaders(scope constructs.Construct, p platform) awscloudfront.CfnResponseHeadersPolicy {
	var removed []any
	for _, name := range untold {
		removed = append(removed, &awscloudfront.CfnResponseHeadersPolicy_RemoveHeaderProperty{Header: jsii.String(name)})
	}
	config := &awscloudfront.CfnResponseHeadersPolicy_ResponseHeadersPolicyConfigProperty{
		Name: jsii.String(p.names.global()), Comment: jsii.String("What every download carries"),
		SecurityHeadersConfig: &awscloudfront.CfnResponseHeadersPolicy_SecurityHeadersConfigProperty{
			StrictTransportSecurity: &awscloudfront.CfnResponseHeadersPolicy_StrictTransportSecurityProperty{
				AccessControlMaxAgeSec: jsii.Number(2 * year), IncludeSubdomains: jsii.Bool(false), Preload: jsii.Bool(false), Override: jsii.Bool(true),
			},
			ContentTypeOptions:    &awscloudfront.CfnResponseHeadersPolicy_ContentTypeOptionsProperty{Override: jsii.Bool(true)},
			ContentSecurityPolicy: &awscloudfront.CfnResponseHeadersPolicy_ContentSecurityPolicyProperty{ContentSecurityPolicy: jsii.String(contentPolicy), Override: jsii.Bool(true)},
			ReferrerPolicy:        &awscloudfront.CfnResponseHeadersPolicy_ReferrerPolicyProperty{ReferrerPolicy: jsii.String("no-referrer"), Override: jsii.Bool(true)},
		},
		CustomHeadersConfig: &awscloudfront.CfnResponseHeadersPolicy_CustomHeadersConfigProperty{Items: []any{
			// As long as the URL, and by nobody but who asked. The edge itself
			// goes by the cache policy.
			&awscloudfront.CfnResponseHeadersPolicy_CustomHeaderProperty{
				Header: jsii.String("Cache-Control"), Value: jsii.String(fmt.Sprintf("private, max-age=%d", p.settings.GetSeconds)), Override: jsii.Bool(true),
			},
		}},
		RemoveHeadersConfig: &awscloudfront.CfnResponseHeadersPolicy_RemoveHeadersConfigProperty{Items: removed},
	}
	if origins := p.settings.Origins; len(origins) > 0 {
		config.CorsConfig = &awscloudfront.CfnResponseHeadersPolicy_CorsConfigProperty{
			AccessControlAllowCredentials: jsii.Bool(false), OriginOverride: jsii.Bool(true), AccessControlMaxAgeSec: jsii.Number(3600),
			AccessControlAllowOrigins:  &awscloudfront.CfnResponseHeadersPolicy_AccessControlAllowOriginsProperty{Items: jsii.Strings(origins...)},
			AccessControlAllowMethods:  &awscloudfront.CfnResponseHeadersPolicy_AccessControlAllowMethodsProperty{Items: jsii.Strings("GET", "HEAD")},
			AccessControlAllowHeaders:  &awscloudfront.CfnResponseHeadersPolicy_AccessControlAllowHeadersProperty{Items: jsii.Strings("range")},
			AccessControlExposeHeaders: &awscloudfront.CfnResponseHeadersPolicy_AccessControlExposeHeadersProperty{Items: jsii.Strings(append([]string{"ETag", "Content-Range", "x-amz-version-id"}, checksums...)...)},
		}
	}
	return awscloudfront.NewCfnResponseHeadersPolicy(scope, jsii.String("Headers"), &awscloudfront.CfnResponseHeadersPolicyProps{ResponseHeadersPolicyConfig: config})
}
