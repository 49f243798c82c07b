package stacks

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslogs"
	"github.com/aws/aws-cdk-go/awscdk/v2/awss3"
	"github.com/aws/jsii-runtime-go"
)

// edgeLogRegion is where CloudFront's logs are set up, wherever the stacks are
// (CloudFront developer guide, "Standard logging (v2)").
const edgeLogRegion = "us-east-1"

// edgeLogFields are what the edge's log says of a request. By hand, because the
// query holds the signature, and cookie and referer are the viewer's own.
var edgeLogFields = []string{
	"date", "time", "x-edge-request-id", "x-edge-location", "c-ip", "x-forwarded-for", "cs-method", "cs-protocol", "cs-protocol-version", "ssl-protocol", "ssl-cipher",
	"cs(Host)", "cs-uri-stem", "cs(User-Agent)", "cs-bytes", "sc-status", "sc-bytes", "sc-content-type", "sc-content-len", "sc-range-start", "sc-range-end",
	"time-taken", "time-to-first-byte", "x-edge-result-type", "x-edge-response-result-type", "x-edge-detailed-result-type",
}

// newEdgeLogs sends the distribution's log to the log bucket. The three
// resources exist where CloudFront's logs are set up: a stack of another region
// leaves them out, and stacks/README.md has the three commands that make them.
func newEdgeLogs(d *Delivery, n names, logs awss3.Bucket) {
	here := awscdk.NewCfnCondition(d.Construct, jsii.String("InUsEast1"), &awscdk.CfnConditionProps{
		Expression: awscdk.Fn_ConditionEquals(awscdk.Aws_REGION(), jsii.String(edgeLogRegion)),
	})
	source := awslogs.NewCfnDeliverySource(d.Construct, jsii.String("LogSource"), &awslogs.CfnDeliverySourceProps{
		Name: jsii.String(n.edgeLogs()), LogType: jsii.String("ACCESS_LOGS"), ResourceArn: jsii.String(d.arn()),
	})
	destination := awslogs.NewCfnDeliveryDestination(d.Construct, jsii.String("LogDestination"), &awslogs.CfnDeliveryDestinationProps{
		Name: jsii.String(n.edgeLogs()), DestinationResourceArn: jsii.String(n.logBucketARN()), OutputFormat: jsii.String("json"),
	})
	delivery := awslogs.NewCfnDelivery(d.Construct, jsii.String("LogDelivery"), &awslogs.CfnDeliveryProps{
		DeliverySourceName: jsii.String(n.edgeLogs()), DeliveryDestinationArn: destination.AttrArn(), RecordFields: jsii.Strings(edgeLogFields...),
	})
	destination.Node().AddDependency(logs.Policy())
	delivery.Node().AddDependency(source)
	for _, r := range []awscdk.CfnResource{source, destination, delivery} {
		r.CfnOptions().SetCondition(here)
	}
}

// deliverEdgeLogs lets exactly this distribution's log into the log bucket.
func deliverEdgeLogs(logs awss3.Bucket, n names) statement {
	return statement{
		sid: "DeliverEdgeLogs", principals: []awsiam.IPrincipal{awsiam.NewServicePrincipal(jsii.String("delivery.logs.amazonaws.com"), nil)},
		actions: []string{"s3:PutObject"}, resources: []string{*logs.BucketArn() + "/AWSLogs/" + *awscdk.Aws_ACCOUNT_ID() + "/CloudFront/*"},
		when: conditions{
			"StringEquals": {"aws:SourceAccount": awscdk.Aws_ACCOUNT_ID()},
			"ArnEquals":    {"aws:SourceArn": arn("logs", edgeLogRegion, *awscdk.Aws_ACCOUNT_ID(), "delivery-source:"+n.edgeLogs())},
		},
	}
}
