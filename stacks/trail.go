package stacks

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudtrail"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awss3"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"
)

// newTrail records who read and wrote which object, as AWS saw it, into the log
// bucket, with digests that show whether a file of it was changed.
func newTrail(scope constructs.Construct, n names, logs awss3.Bucket) {
	equal := func(field, value string) any {
		return &awscloudtrail.CfnTrail_AdvancedFieldSelectorProperty{Field: jsii.String(field), EqualTo: jsii.Strings(value)}
	}
	trail := awscloudtrail.NewCfnTrail(scope, jsii.String("Trail"), &awscloudtrail.CfnTrailProps{
		TrailName: jsii.String(n.trail()), IsLogging: jsii.Bool(true), EnableLogFileValidation: jsii.Bool(true),
		S3BucketName: jsii.String(n.logBucket()),
		AdvancedEventSelectors: []any{&awscloudtrail.CfnTrail_AdvancedEventSelectorProperty{
			Name: jsii.String("Objects of the bucket"),
			FieldSelectors: []any{
				equal("eventCategory", "Data"), equal("resources.type", "AWS::S3::Object"),
				&awscloudtrail.CfnTrail_AdvancedFieldSelectorProperty{Field: jsii.String("resources.ARN"), StartsWith: jsii.Strings(n.bucketARN() + "/")},
			},
		}},
	})
	trail.Node().AddDependency(logs.Policy())
}

// deliverTrail lets exactly this trail's files into the log bucket (CloudTrail
// user guide, "Amazon S3 bucket policy for CloudTrail").
func deliverTrail(logs awss3.Bucket, n names) []statement {
	cloudTrail := []awsiam.IPrincipal{awsiam.NewServicePrincipal(jsii.String("cloudtrail.amazonaws.com"), nil)}
	this := conditions{"StringEquals": {"aws:SourceArn": n.trailARN()}}
	folder := *logs.BucketArn() + "/AWSLogs/" + *awscdk.Aws_ACCOUNT_ID()
	return []statement{
		{sid: "TrailLooks", principals: cloudTrail, actions: []string{"s3:GetBucketAcl"}, resources: []string{*logs.BucketArn()}, when: this},
		{
			sid: "DeliverTrail", principals: cloudTrail, actions: []string{"s3:PutObject"},
			resources: []string{folder + "/CloudTrail/*", folder + "/CloudTrail-Digest/*"}, when: this,
		},
	}
}
