package stacks

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"
)

// conditions is a statement's Condition: operator, key, value or values.
type conditions map[string]map[string]any

// statement is one statement of a policy, as it stands in the template.
type statement struct {
	sid        string
	deny       bool
	principals []awsiam.IPrincipal // of resource policies only
	actions    []string
	resources  []string
	when       conditions
}

func (s statement) build() awsiam.PolicyStatement {
	effect := awsiam.Effect_ALLOW
	if s.deny {
		effect = awsiam.Effect_DENY
	}
	props := &awsiam.PolicyStatementProps{
		Sid:       jsii.String(s.sid),
		Effect:    effect,
		Actions:   jsii.Strings(s.actions...),
		Resources: jsii.Strings(s.resources...),
	}
	if len(s.principals) > 0 {
		props.Principals = &s.principals
	}
	if len(s.when) > 0 {
		when := map[string]any{}
		for operator, keys := range s.when {
			when[operator] = keys
		}
		props.Conditions = &when
	}
	return awsiam.NewPolicyStatement(props)
}

func build(all []statement) *[]awsiam.PolicyStatement {
	built := make([]awsiam.PolicyStatement, len(all))
	for i, s := range all {
		built[i] = s.build()
	}
	return &built
}

func document(all ...statement) awsiam.PolicyDocument {
	return awsiam.NewPolicyDocument(&awsiam.PolicyDocumentProps{Statements: build(all)})
}

// exception is a rule of cdk-nag's AwsSolutions pack that a resource breaks on
// purpose, and why. What names the finding where the rule has several.
type exception struct{ rule, what, reason string }

// accept records exceptions where cdk-nag looks for them: in the resource's
// metadata, so that whoever reads the template reads the reason too.
func accept(scope constructs.IConstruct, exceptions ...exception) {
	suppressions := make([]any, len(exceptions))
	for i, e := range exceptions {
		s := map[string]any{"id": e.rule, "reason": e.reason}
		if e.what != "" {
			s["applies_to"] = []string{e.what}
		}
		suppressions[i] = s
	}
	resource, ok := scope.Node().DefaultChild().(awscdk.CfnResource)
	if !ok {
		resource = scope.(awscdk.CfnResource)
	}
	resource.AddMetadata(jsii.String("cdk_nag"), map[string]any{"rules_to_suppress": suppressions})
}
