package stacks

import (
	"fmt"
	"path/filepath"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awskms"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslogs"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"github.com/bytepass/bytepass/stacks/settings"
)

// platform is what all functions of a deployment have in common.
type platform struct {
	names    names
	settings settings.Settings
	binaries string // the folder that holds <function>/bootstrap
	logKey   awskms.IKey
	keep     awscdk.RemovalPolicy
}

// function is one of them.
type function struct {
	name        string // its main's folder under runtime/lambda
	description string
	role        awsiam.IRole
	environment map[string]string
	memoryMB    int
	timeout     int // seconds
	reserved    int // concurrent executions; 0 reserves none
	// optional says that a setting lets it come and go on a running stage. Its
	// log group goes with it: kept, it would be in the way when it comes back.
	optional bool
}

func (p platform) newFunction(scope constructs.Construct, id string, f function) awslambda.Function {
	environment := map[string]*string{}
	for name, value := range f.environment {
		environment[name] = jsii.String(value)
	}
	logKeep := p.keep
	if f.optional {
		logKeep = awscdk.RemovalPolicy_DESTROY
	}
	props := &awslambda.FunctionProps{
		Description:           jsii.String(f.description),
		Runtime:               awslambda.Runtime_PROVIDED_AL2023(),
		Architecture:          p.architecture(),
		Handler:               jsii.String("bootstrap"),
		Code:                  awslambda.Code_FromAsset(jsii.String(filepath.Join(p.binaries, f.name)), nil),
		Role:                  immutable(f.role),
		Environment:           &environment,
		MemorySize:            jsii.Number(f.memoryMB),
		Timeout:               awscdk.Duration_Seconds(jsii.Number(f.timeout)),
		LogGroup:              p.newLogGroup(scope, id+"Logs", f.name, logKeep),
		LoggingFormat:         awslambda.LoggingFormat_JSON,
		SystemLogLevelV2:      awslambda.SystemLogLevel_WARN,
		Tracing:               awslambda.Tracing_ACTIVE,
		RuntimeManagementMode: awslambda.RuntimeManagementMode_AUTO(),
	}
	if f.reserved > 0 {
		props.ReservedConcurrentExecutions = jsii.Number(f.reserved)
	}
	made := awslambda.NewFunction(scope, jsii.String(id), props)
	refersToRole(made)
	return made
}

// refersToRole says to cfn-lint that a function may depend on the role that it
// refers to: the CDK names it in DependsOn, too, when both are in one stack,
// which in an app of one's own all of them may be.
func refersToRole(f awslambda.Function) {
	f.Node().DefaultChild().(awslambda.CfnFunction).AddMetadata(jsii.String("cfn-lint"),
		map[string]any{"config": map[string]any{"ignore_checks": []string{"W3005"}}})
}

// immutable hands a role on so that the CDK adds nothing to it.
func immutable(role awsiam.IRole) awsiam.IRole {
	if r, ok := role.(awsiam.Role); ok {
		return r.WithoutPolicyUpdates(nil)
	}
	return role
}

func (p platform) newLogGroup(scope constructs.Construct, id, of string, keep awscdk.RemovalPolicy) awslogs.LogGroup {
	group := awslogs.NewLogGroup(scope, jsii.String(id), &awslogs.LogGroupProps{
		LogGroupName:  jsii.String(p.names.logGroup(of)),
		EncryptionKey: p.logKey,
		RemovalPolicy: keep,
	})
	// The construct takes days by name only.
	group.Node().DefaultChild().(awslogs.CfnLogGroup).SetRetentionInDays(jsii.Number(p.settings.LogDays))
	return group
}

func (p platform) architecture() awslambda.Architecture {
	switch p.settings.Architecture {
	case settings.ARM64:
		return awslambda.Architecture_ARM_64()
	case settings.X8664:
		return awslambda.Architecture_X86_64()
	}
	panic(fmt.Sprintf("stacks: unchecked architecture %q", p.settings.Architecture))
}
