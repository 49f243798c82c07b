package stacks

import (
	"strconv"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsevents"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awskms"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssecretsmanager"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"
)

// keyAlgorithm is ECDSA because a list page signs 100 URLs: it is some thirty
// times faster than RSA.
const keyAlgorithm = "ECDSA_P256"

// signingKey is the key pair that downloads are signed with. The private half
// is born in the function and stays in the secret; the template, the outputs
// and the logs hold nothing of it. Package runtime/signingkey says how it is
// kept and rotated.
type signingKey struct {
	function   awslambda.Function
	secretARN  *string
	keyGroupID *string // what distributions trust
}

func newSigningKey(scope constructs.Construct, p platform, key awskms.IKey) signingKey {
	secret := awssecretsmanager.NewCfnSecret(scope, jsii.String("SigningKeySecret"), &awssecretsmanager.CfnSecretProps{
		Description: jsii.String(p.names.base + ": the key that signs download URLs, kept by the function signingkey"),
		KmsKeyId:    key.KeyArn(),
	})
	accept(secret, exception{rule: "AwsSolutions-SMG4", reason: "The function signingkey rotates it: CloudFront has to trust the new key for a while before the old one goes, which a rotation of Secrets Manager knows nothing of."})
	mayGo(secret)
	// The ARN; what Ref gives is for AWS the same.
	secretARN := secret.AttrId()

	role := newFunctionRole(scope, "SigningKey")
	rights := attach(role, append(runs(p.names, fnSigningKey),
		statement{
			sid:       "KeepSecret",
			actions:   []string{"secretsmanager:GetSecretValue", "secretsmanager:PutSecretValue", "secretsmanager:UpdateSecretVersionStage"},
			resources: []string{*secretARN},
		},
		cryptSecret(key, secretARN, kmsWrite),
		statement{
			// IAM knows no resources for these (service authorization reference,
			// "Amazon CloudFront"). The function touches only what has its name.
			sid: "KeepPublicKeys",
			actions: []string{
				"cloudfront:CreateKeyGroup", "cloudfront:CreatePublicKey", "cloudfront:DeleteKeyGroup", "cloudfront:DeletePublicKey",
				"cloudfront:GetKeyGroup", "cloudfront:GetPublicKey", "cloudfront:ListKeyGroups", "cloudfront:ListPublicKeys", "cloudfront:UpdateKeyGroup",
			},
			resources: []string{"*"},
		})...)
	f := p.newFunction(scope, "SigningKey", function{
		name: fnSigningKey, description: "Makes and rotates the key pair that signs download URLs", role: role,
		memoryMB: 128, timeout: 300, optional: true,
	})

	resource := awscdk.NewCustomResource(scope, jsii.String("SigningKeyPair"), &awscdk.CustomResourceProps{
		ResourceType:   jsii.String("Custom::SigningKey"),
		ServiceToken:   f.FunctionArn(),
		ServiceTimeout: awscdk.Duration_Minutes(jsii.Number(6)),
		Properties: &map[string]any{
			"SecretArn":       secretARN,
			"KeyAlgorithm":    keyAlgorithm,
			"RotateAfterDays": strconv.Itoa(p.settings.KeyDays),
		},
	})
	resource.Node().AddDependency(rights)
	newRotation(scope, p.names, f, secretARN, resource)
	return signingKey{function: f, secretARN: secretARN, keyGroupID: resource.GetAttString(jsii.String("KeyGroupId"))}
}

// newRotation calls the function every hour: a rotation takes its next step
// when that is due, and most calls do nothing.
func newRotation(scope constructs.Construct, n names, f awslambda.Function, secretARN *string, after constructs.IDependable) {
	rule := awsevents.NewCfnRule(scope, jsii.String("Rotation"), &awsevents.CfnRuleProps{
		Name:               jsii.String(n.rotation()),
		Description:        jsii.String("Takes the next step of the signing key's rotation, if one is due"),
		ScheduleExpression: jsii.String("rate(1 hour)"),
		Targets: &[]*awsevents.CfnRule_TargetProperty{{
			Id: jsii.String("signingkey"), Arn: f.FunctionArn(),
			Input: awscdk.Fn_Join(jsii.String(""), &[]*string{jsii.String(`{"action":"rotate","secretArn":"`), secretARN, jsii.String(`"}`)}),
		}},
	})
	rule.Node().AddDependency(after)
	awslambda.NewCfnPermission(scope, jsii.String("RotationMayCall"), &awslambda.CfnPermissionProps{
		Action: jsii.String("lambda:InvokeFunction"), FunctionName: f.FunctionArn(),
		Principal: jsii.String("events.amazonaws.com"), SourceArn: rule.AttrArn(),
	})
}

// cryptSecret is what Secrets Manager asks of its caller for a secret with a
// customer key; the secret is named by the encryption context (Secrets Manager
// user guide, "Secret encryption and decryption").
func cryptSecret(key awskms.IKey, secretARN *string, actions []string) statement {
	return statement{
		sid: "CryptSecret", actions: actions, resources: []string{*key.KeyArn()},
		when: conditions{"StringEquals": {"kms:ViaService": service("secretsmanager"), "kms:EncryptionContext:SecretARN": secretARN}},
	}
}

// readSecret is what a signer needs of the signing key.
func readSecret(key awskms.IKey, secretARN *string) []statement {
	return []statement{
		{sid: "ReadSigningKey", actions: []string{"secretsmanager:GetSecretValue"}, resources: []string{*secretARN}},
		cryptSecret(key, secretARN, kmsRead),
	}
}

// cloudFront is the principal that the edge reads the bucket as.
func cloudFront() []awsiam.IPrincipal {
	return []awsiam.IPrincipal{awsiam.NewServicePrincipal(jsii.String("cloudfront.amazonaws.com"), nil)}
}
