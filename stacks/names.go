package stacks

import (
	"fmt"

	"github.com/aws/aws-cdk-go/awscdk/v2"

	"github.com/bytepass/bytepass/stacks/settings"
)

// names computes the physical names and ARNs of one deployment. They exist
// before the resources do, so that policies can name exact ARNs without
// dependency cycles.
type names struct {
	base string // "<prefix>-<stage>"
}

// global is the name of what is the account's and not the region's.
func (n names) global() string { return n.base + "-" + *awscdk.Aws_REGION() }

// bucketPrefix is what the template sets; S3 appends account and region, and
// no other account can take the name ("Account regional namespaces").
func (n names) bucketPrefix() string    { return n.base }
func (n names) logBucketPrefix() string { return n.base + settings.LogBucketEnd }

func (n names) bucket() string    { return inNamespace(n.bucketPrefix()) }
func (n names) logBucket() string { return inNamespace(n.logBucketPrefix()) }

func inNamespace(prefix string) string {
	return fmt.Sprintf("%s-%s-%s-an", prefix, *awscdk.Aws_ACCOUNT_ID(), *awscdk.Aws_REGION())
}

func (n names) bucketARN() string    { return arn("s3", "", "", n.bucket()) }
func (n names) logBucketARN() string { return arn("s3", "", "", n.logBucket()) }

// objectARNs are all objects of all spaces: the layout of object keys that
// package files writes.
func (n names) objectARNs() []string {
	return []string{n.bucketARN() + "/u/*", n.bucketARN() + "/g/*"}
}

func (n names) table() string    { return n.base + "-catalog" }
func (n names) tableARN() string { return regional("dynamodb", "table/"+n.table()) }
func (n names) indexARN() string { return n.tableARN() + "/index/" + viewsIndex }

func (n names) queue() string       { return n.base + "-ingest" }
func (n names) deadLetters() string { return n.base + "-ingest-dead" }
func (n names) queueARN() string    { return regional("sqs", n.queue()) }

func (n names) rule() string    { return n.base + "-objects" }
func (n names) ruleARN() string { return regional("events", "rule/"+n.rule()) }

func (n names) rotation() string { return n.base + "-signing-key" }

func (n names) trail() string    { return n.base + "-objects" }
func (n names) trailARN() string { return regional("cloudtrail", "trail/"+n.trail()) }

// edgeLogs names the way of the edge's log: source and destination.
func (n names) edgeLogs() string { return n.global() }

// logGroup is the log group of a function, or of the API's access log. The
// prefix of access logs is one whose resource policy CloudWatch keeps short.
func (n names) logGroup(of string) string {
	if of == accessLog {
		return "/aws/vendedlogs/" + n.base + "/" + of
	}
	return "/" + n.base + "/" + of
}

func (n names) logGroupARN(of string) string { return regional("logs", "log-group:"+n.logGroup(of)) }

// service is the name of a service's endpoint as kms:ViaService sees it.
func service(name string) string {
	return fmt.Sprintf("%s.%s.%s", name, *awscdk.Aws_REGION(), *awscdk.Aws_URL_SUFFIX())
}

func regional(service, resource string) string {
	return arn(service, *awscdk.Aws_REGION(), *awscdk.Aws_ACCOUNT_ID(), resource)
}

func arn(service, region, account, resource string) string {
	return fmt.Sprintf("arn:%s:%s:%s:%s:%s", *awscdk.Aws_PARTITION(), service, region, account, resource)
}
