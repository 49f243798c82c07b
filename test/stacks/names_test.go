package stacks_test

import (
	"fmt"
	"strings"
	"testing"
)

// physicalNames are the properties that name a resource for its whole account
// and region, or for the world.
var physicalNames = []string{
	"BucketName", "BucketNamePrefix", "TableName", "QueueName", "LogGroupName", "FunctionName", "RoleName",
	"PolicyName", "AliasName", "TopicName", "Name",
}

// named returns all physical names of a deployment, with what has them.
func (d deployment) named() map[string]string {
	names := map[string]string{}
	for _, in := range []template{d.storage, d.api} {
		for id, r := range in.Resources {
			for _, property := range physicalNames {
				name, fixed := r.Properties[property].(string) // what refers to a resource is no name
				if fixed && r.Type != "AWS::IAM::Policy" && r.Type != "AWS::ApiGatewayV2::Authorizer" {
					names[name] = id // those two are named within their role and within their API
				}
			}
		}
		for name, output := range in.Outputs {
			if export, ok := output["Export"].(map[string]any); ok {
				names[fmt.Sprint(export["Name"])] = name
			}
		}
	}
	return names
}

// TestTwoStagesFitInOneAccount: every physical name contains prefix and stage,
// so no two deployments share one.
func TestTwoStagesFitInOneAccount(t *testing.T) {
	one := synth(t, map[string]any{"stage": "one", "retain": false})
	two := synth(t, map[string]any{"stage": "two", "retain": false})
	three := synth(t, map[string]any{"stage": "one", "retain": false, "prefix": "other"})
	names := one.named()
	if len(names) < 10 {
		t.Fatalf("only %d names were found: %v", len(names), names)
	}
	for name, id := range names {
		if !strings.Contains(name, "bytepass-one") {
			t.Errorf("%s is called %s, without prefix and stage", id, name)
		}
		for _, other := range []deployment{two, three} {
			if _, taken := other.named()[name]; taken {
				t.Errorf("%s is called %s in two deployments", id, name)
			}
		}
	}
}

// TestStackNames: what is typed on the command line.
func TestStackNames(t *testing.T) {
	d := dev(t)
	if d.settings.Name() != "bytepass-dev" || d.storage.raw == nil || d.api.raw == nil {
		t.Errorf("the stacks of dev are not bytepass-dev-storage and bytepass-dev-api")
	}
}
