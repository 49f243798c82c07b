package stacks_test

import (
	"fmt"
	"strings"
	"testing"
)

// Where the templates are deployed in these tests' minds.
const (
	account = "111122223333"
	region  = "eu-central-1"
)

var pseudo = map[string]string{
	"AWS::AccountId": account, "AWS::Region": region, "AWS::Partition": "aws", "AWS::URLSuffix": "amazonaws.com",
	"AWS::StackId": "arn:aws:cloudformation:" + region + ":" + account + ":stack/this/1", "AWS::StackName": "this",
}

// resolve returns v with CloudFormation's intrinsic functions worked out, as
// the account above would see it. What it does not know ends the test.
func (d deployment) resolve(t *testing.T, v any) any {
	t.Helper()
	switch v := v.(type) {
	case []any:
		out := make([]any, len(v))
		for i, item := range v {
			out[i] = d.resolve(t, item)
		}
		return out
	case map[string]any:
		if len(v) == 1 {
			for function, argument := range v {
				if function == "Ref" || strings.HasPrefix(function, "Fn::") {
					return d.call(t, function, argument)
				}
			}
		}
		out := map[string]any{}
		for name, item := range v {
			out[name] = d.resolve(t, item)
		}
		return out
	}
	return v
}

func (d deployment) call(t *testing.T, function string, argument any) any {
	t.Helper()
	switch function {
	case "Ref":
		if value, ok := pseudo[argument.(string)]; ok {
			return value
		}
		return d.reference(t, argument.(string))
	case "Fn::GetAtt":
		pair := argument.([]any)
		return d.attribute(t, pair[0].(string), pair[1].(string))
	case "Fn::Join":
		pair := argument.([]any)
		var parts []string
		for _, part := range d.resolve(t, pair[1]).([]any) {
			parts = append(parts, fmt.Sprint(part))
		}
		return strings.Join(parts, pair[0].(string))
	case "Fn::Sub":
		text := argument.(string)
		for name, value := range pseudo {
			text = strings.ReplaceAll(text, "${"+name+"}", value)
		}
		return text
	case "Fn::GetStackOutput":
		from := argument.(map[string]any)
		return d.resolve(t, d.storage.Outputs[from["OutputName"].(string)]["Value"])
	case "Fn::ImportValue":
		for _, output := range d.storage.Outputs {
			export, _ := output["Export"].(map[string]any)
			if export != nil && export["Name"] == argument {
				return d.resolve(t, output["Value"])
			}
		}
	}
	t.Fatalf("%s of %v cannot be resolved", function, argument)
	return nil
}

// find returns the resource of a logical id, whichever template it is in.
func (d deployment) find(t *testing.T, id string) resource {
	t.Helper()
	for _, in := range []template{d.storage, d.api} {
		if r, ok := in.Resources[id]; ok {
			return r
		}
	}
	t.Fatalf("there is no resource %s", id)
	return resource{}
}

// reference is what Ref of a resource gives.
func (d deployment) reference(t *testing.T, id string) string {
	t.Helper()
	r := d.find(t, id)
	name := func(property string) string { return fmt.Sprint(d.resolve(t, r.Properties[property])) }
	switch r.Type {
	case "AWS::S3::Bucket":
		return name("BucketNamePrefix") + "-" + account + "-" + region + "-an"
	case "AWS::DynamoDB::Table":
		return name("TableName")
	case "AWS::Logs::LogGroup":
		return name("LogGroupName")
	case "AWS::SQS::Queue":
		return "https://sqs." + region + ".amazonaws.com/" + account + "/" + name("QueueName")
	}
	return id
}

// attribute is what Fn::GetAtt of a resource gives.
func (d deployment) attribute(t *testing.T, id, attribute string) string {
	t.Helper()
	r := d.find(t, id)
	regional := func(service, resource string) string {
		return "arn:aws:" + service + ":" + region + ":" + account + ":" + resource
	}
	switch r.Type + "." + attribute {
	case "AWS::S3::Bucket.Arn":
		return "arn:aws:s3:::" + d.reference(t, id)
	case "AWS::IAM::Role.Arn":
		return "arn:aws:iam::" + account + ":role/" + id
	case "AWS::KMS::Key.Arn":
		return regional("kms", "key/"+id)
	case "AWS::DynamoDB::Table.Arn":
		return regional("dynamodb", "table/"+d.reference(t, id))
	case "AWS::Lambda::Function.Arn":
		return regional("lambda", "function:"+id)
	case "AWS::SQS::Queue.Arn":
		return regional("sqs", fmt.Sprint(d.resolve(t, r.Properties["QueueName"])))
	case "AWS::Logs::LogGroup.Arn":
		return regional("logs", "log-group:"+d.reference(t, id)+":*")
	case "AWS::CloudFront::Distribution.Id", "AWS::CloudFront::CachePolicy.Id", "AWS::CloudFront::ResponseHeadersPolicy.Id", "AWS::CloudFront::OriginAccessControl.Id":
		return id
	case "AWS::CloudFront::Distribution.DomainName":
		return "d111111abcdef8.cloudfront.net"
	case "AWS::Cognito::UserPool.ProviderURL":
		return "https://cognito-idp." + region + ".amazonaws.com/" + id
	case "AWS::SecretsManager::Secret.Id":
		return regional("secretsmanager", "secret:"+id+"-AbCdEf")
	case "Custom::SigningKey.KeyGroupId":
		return "key-group"
	case "AWS::Events::Rule.Arn":
		return regional("events", "rule/"+fmt.Sprint(d.resolve(t, r.Properties["Name"])))
	case "AWS::Logs::DeliveryDestination.Arn":
		return regional("logs", "delivery-destination:"+fmt.Sprint(d.resolve(t, r.Properties["Name"])))
	case "AWS::ApiGatewayV2::Api.ApiEndpoint":
		return "https://" + id + ".execute-api." + region + ".amazonaws.com"
	}
	t.Fatalf("%s has no attribute %s here", r.Type, attribute)
	return ""
}

// list is a value that IAM takes alone or as a list.
func list(v any) []string {
	switch v := v.(type) {
	case nil:
		return nil
	case []any:
		var all []string
		for _, item := range v {
			all = append(all, fmt.Sprint(item))
		}
		return all
	}
	return []string{fmt.Sprint(v)}
}
