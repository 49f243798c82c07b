package stacks

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/aws-cdk-go/awscdk/v2/awss3"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"
)

// emptier empties buckets when their stack is destroyed, because S3 deletes no
// bucket that holds something. Only stages that retain nothing have one.
type emptier struct {
	function awslambda.Function
	rights   awsiam.Policy
}

func newEmptier(scope constructs.Construct, p platform) emptier {
	role := newFunctionRole(scope, "EmptyBucket")
	buckets := []string{p.names.bucketARN(), p.names.logBucketARN()}
	objects := []string{p.names.bucketARN() + "/*", p.names.logBucketARN() + "/*"}
	rights := attach(role, append(runs(p.names, fnEmptyBucket),
		statement{sid: "FindVersions", actions: []string{"s3:ListBucketVersions"}, resources: buckets},
		statement{sid: "DeleteVersions", actions: []string{"s3:DeleteObject", "s3:DeleteObjectVersion"}, resources: objects},
		// It asks whether the stack really is being deleted.
		statement{sid: "SeeThisStack", actions: []string{"cloudformation:DescribeStacks"}, resources: []string{*awscdk.Aws_STACK_ID()}})...)
	f := p.newFunction(scope, "EmptyBucket", function{
		name: fnEmptyBucket, description: "Empties this stack's buckets when the stack is destroyed", role: role,
		memoryMB: 256, timeout: 900,
	})
	return emptier{function: f, rights: rights}
}

// empties makes the bucket empty before it is deleted. What must be gone
// before that, because it could still write, has to depend on the result.
func (e emptier) empties(scope constructs.Construct, id string, bucket awss3.Bucket) awscdk.CustomResource {
	resource := awscdk.NewCustomResource(scope, jsii.String(id), &awscdk.CustomResourceProps{
		ResourceType:   jsii.String("Custom::EmptyBucket"),
		ServiceToken:   e.function.FunctionArn(),
		ServiceTimeout: awscdk.Duration_Minutes(jsii.Number(15)),
		Properties:     &map[string]any{"Bucket": bucket.BucketName()},
	})
	resource.Node().AddDependency(e.rights)
	return resource
}
