package stacks

import (
	"fmt"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudfront"
	"github.com/aws/aws-cdk-go/awscdk/v2/awskms"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"github.com/bytepass/bytepass/stacks/settings"
)

// Delivery is where downloads come from when the setting delivery is
// cloudfront: a distribution in front of the bucket that answers signed URLs
// and nothing else, and the key pair that they are signed with.
//
// It knows the bucket by its computed name alone, so that the bucket's and the
// key's policies can name the exact distribution in the same deployment.
type Delivery struct {
	// Construct is the parent of all of it.
	Construct    constructs.Construct
	Distribution awscloudfront.CfnDistribution
	// Domain is what download URLs begin with: the setting domain, or the
	// distribution's own name.
	Domain *string
	// SigningKey is the function that makes and rotates the key pair, and
	// SecretARN names the secret that holds it.
	SigningKey awslambda.Function
	SecretARN  *string
}

// originID is the one origin's.
const originID = "bucket"

// newDelivery makes the delivery of the bucket with these names.
func newDelivery(scope constructs.Construct, p platform, key awskms.IKey) *Delivery {
	this := constructs.NewConstruct(scope, jsii.String("Delivery"))
	pair := newSigningKey(this, p, key)
	d := &Delivery{
		Construct: this, Distribution: newDistribution(this, p, pair.keyGroupID),
		SigningKey: pair.function, SecretARN: pair.secretARN,
	}
	mayGo(d.Distribution)
	d.Domain = d.Distribution.AttrDomainName()
	if p.settings.Domain != "" {
		d.Domain = jsii.String(p.settings.Domain)
	}
	return d
}

// arn is the distribution's, as the policies name it.
func (d *Delivery) arn() string {
	return arn("cloudfront", "", *awscdk.Aws_ACCOUNT_ID(), "distribution/"+*d.Distribution.AttrId())
}

func newDistribution(scope constructs.Construct, p platform, keyGroupID *string) awscloudfront.CfnDistribution {
	s := p.settings
	access := awscloudfront.NewCfnOriginAccessControl(scope, jsii.String("OriginAccess"), &awscloudfront.CfnOriginAccessControlProps{
		OriginAccessControlConfig: &awscloudfront.CfnOriginAccessControl_OriginAccessControlConfigProperty{
			Name:                          jsii.String(p.names.global()),
			Description:                   jsii.String("Signs what the edge asks of the bucket"),
			OriginAccessControlOriginType: jsii.String("s3"), SigningBehavior: jsii.String("always"), SigningProtocol: jsii.String("sigv4"),
		},
	})
	config := &awscloudfront.CfnDistribution_DistributionConfigProperty{
		Comment: jsii.String(p.names.base + ": downloads"),
		Enabled: jsii.Bool(true), HttpVersion: jsii.String("http2and3"), Ipv6Enabled: jsii.Bool(true), PriceClass: jsii.String(s.PriceClass),
		Origins: []any{&awscloudfront.CfnDistribution_OriginProperty{
			Id: jsii.String(originID),
			// From the name and not from the bucket, which needs the key, which
			// names this distribution.
			DomainName:            jsii.String(fmt.Sprintf("%s.s3.%s.%s", p.names.bucket(), *awscdk.Aws_REGION(), *awscdk.Aws_URL_SUFFIX())),
			OriginAccessControlId: access.AttrId(),
			S3OriginConfig:        &awscloudfront.CfnDistribution_S3OriginConfigProperty{OriginAccessIdentity: jsii.String("")},
		}},
		DefaultCacheBehavior: &awscloudfront.CfnDistribution_DefaultCacheBehaviorProperty{
			TargetOriginId: jsii.String(originID), ViewerProtocolPolicy: jsii.String("https-only"),
			AllowedMethods: jsii.Strings("GET", "HEAD"), CachedMethods: jsii.Strings("GET", "HEAD"), Compress: jsii.Bool(true),
			CachePolicyId:           newCachePolicy(scope, p.names).AttrId(),
			ResponseHeadersPolicyId: newResponseHeaders(scope, p).AttrId(),
			TrustedKeyGroups:        &[]*string{keyGroupID},
		},
		CustomErrorResponses: errorAnswers(),
		ViewerCertificate:    certificate(s),
	}
	if s.Domain != "" {
		config.Aliases = jsii.Strings(s.Domain)
	}
	if s.WebACL != "" {
		config.WebAclId = jsii.String(s.WebACL)
	}
	distribution := awscloudfront.NewCfnDistribution(scope, jsii.String("Distribution"), &awscloudfront.CfnDistributionProps{DistributionConfig: config})
	accept(distribution, distributionExceptions(s)...)
	return distribution
}

// certificate is CloudFront's own for its own name, which takes TLS from 1.0 on
// whatever is said here; a domain of one's own takes TLS from 1.2 on.
func certificate(s settings.Settings) *awscloudfront.CfnDistribution_ViewerCertificateProperty {
	if s.Domain == "" {
		return &awscloudfront.CfnDistribution_ViewerCertificateProperty{CloudFrontDefaultCertificate: jsii.Bool(true)}
	}
	return &awscloudfront.CfnDistribution_ViewerCertificateProperty{
		AcmCertificateArn: jsii.String(s.Certificate), SslSupportMethod: jsii.String("sni-only"), MinimumProtocolVersion: jsii.String("TLSv1.2_2021"),
	}
}

// noPage is the path of the page for errors. There is no such object, and the
// edge may read none outside the spaces: so what a viewer gets is S3's bare
// refusal of this path, a 403, and never what S3 says about a file, a bucket or
// a key. CloudFront answers a page that it cannot get with the status that it
// got instead (CloudFront developer guide, "Generate custom error responses").
const noPage = "/error"

// errorAnswers hides what S3 says with an error that may name things, and
// caches it for seconds only. Clients go by 416 and 5xx, which name nothing.
func errorAnswers() []any {
	var answers []any
	for _, status := range []float64{400, 403, 404, 405} {
		answers = append(answers, &awscloudfront.CfnDistribution_CustomErrorResponseProperty{
			ErrorCode: jsii.Number(status), ErrorCachingMinTtl: jsii.Number(5),
			ResponseCode: jsii.Number(status), ResponsePagePath: jsii.String(noPage),
		})
	}
	return answers
}

func distributionExceptions(s settings.Settings) []exception {
	all := []exception{
		{rule: "AwsSolutions-CFR1", reason: "Who may download is decided by the signed URL, not by the country; there is nothing to restrict by default."},
		{rule: "AwsSolutions-CFR3", reason: "It has standard logging v2, which stands beside the distribution and not in it: see edgelogs.go."},
	}
	if s.WebACL == "" {
		all = append(all, exception{rule: "AwsSolutions-CFR2", reason: "Without a signature that is good the edge answers nothing. A web ACL is a setting: webAcl."})
	}
	if s.Domain == "" {
		all = append(all, exception{rule: "AwsSolutions-CFR4", reason: "CloudFront's own domain name takes its own certificate, and TLS from 1.0 on. The settings domain and certificate raise it to 1.2."})
	}
	return all
}
