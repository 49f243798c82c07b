package stacks

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awskms"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"
)

// keyAdministration is what the account's administrators may do with a key:
// everything but use it. IAM decides who they are.
var keyAdministration = []string{
	"kms:CancelKeyDeletion", "kms:CreateAlias", "kms:DeleteAlias", "kms:DescribeKey", "kms:DisableKey",
	"kms:DisableKeyRotation", "kms:EnableKey", "kms:EnableKeyRotation", "kms:GetKeyPolicy", "kms:GetKeyRotationStatus",
	"kms:ListGrants", "kms:ListKeyPolicies", "kms:ListKeyRotations", "kms:ListResourceTags",
	"kms:PutKeyPolicy", "kms:RevokeGrant", "kms:RotateKeyOnDemand", "kms:ScheduleKeyDeletion", "kms:TagResource",
	"kms:UntagResource", "kms:UpdateAlias", "kms:UpdateKeyDescription",
}

// Encryption that a service does for its caller.
var (
	kmsRead  = []string{"kms:Decrypt"}
	kmsWrite = []string{"kms:Decrypt", "kms:GenerateDataKey"}
	kmsAll   = []string{"kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey", "kms:GenerateDataKeyWithoutPlaintext", "kms:ReEncryptFrom", "kms:ReEncryptTo", "kms:DescribeKey"}
)

// logGroups are all log groups that a deployment can have; the service key
// encrypts them.
var logGroups = []string{accessLog, fnUpload, fnFiles, fnRestore, fnIngest, fnSigningKey, fnEmptyBucket}

// thisKey is what "Resource" of a key policy means by "*": the key itself.
var thisKey = []string{"*"}

// newObjectKey makes the key that encrypts the objects. Nobody can use it but
// through S3 and for this bucket, and only who has rights on both. With Bucket
// Keys the encryption context is the bucket's ARN (S3 user guide, "S3 Bucket
// Keys"). These are conditions of what is allowed, not denials, so that a
// service that reads the bucket by itself can be allowed beside them.
// Such a service is the edge, if there is one: it comes as itself, and its
// distribution is the condition (CloudFront developer guide, "Restrict access
// to an Amazon S3 origin", on SSE-KMS).
func newObjectKey(scope constructs.Construct, n names, d *Delivery, keep awscdk.RemovalPolicy) awskms.Key {
	usage := []statement{{
		sid: "ThroughS3ForThisBucket", principals: account(), actions: kmsWrite, resources: thisKey,
		when: throughS3(n),
	}}
	if d != nil {
		usage = append(usage, statement{
			sid: "DistributionReads", principals: cloudFront(), actions: kmsRead, resources: thisKey,
			when: conditions{"StringEquals": {"aws:SourceArn": d.arn(), "kms:EncryptionContext:aws:s3:arn": n.bucketARN()}},
		})
	}
	return newKey(scope, "ObjectKey", n.base+": objects of the bucket", keep, usage...)
}

// newServiceKey makes the key for everything else: table, queues, logs, and the
// secret of the signing key if there is one. Its policy is the same whatever is
// set: an update changes the key before it deletes what the settings do not ask
// for any more, and what is being deleted still needs the key.
func newServiceKey(scope constructs.Construct, n names, keep awscdk.RemovalPolicy) awskms.Key {
	var logs []string
	for _, of := range logGroups {
		logs = append(logs, n.logGroupARN(of))
	}
	usage := []statement{
		{
			// DynamoDB works with grants on the key, made when the table is.
			sid: "ThroughTableAndQueues", principals: account(), actions: append([]string{"kms:CreateGrant"}, kmsAll...), resources: thisKey,
			when: conditions{"StringEquals": {"kms:ViaService": []string{service("dynamodb"), service("sqs")}}},
		},
		{
			sid: "LogGroups", principals: []awsiam.IPrincipal{awsiam.NewServicePrincipal(jsii.String(service("logs")), nil)}, actions: kmsAll, resources: thisKey,
			when: conditions{"ArnEquals": {"kms:EncryptionContext:aws:logs:arn": logs}},
		},
		{
			sid: "EventsIntoTheQueue", principals: []awsiam.IPrincipal{awsiam.NewServicePrincipal(jsii.String("events.amazonaws.com"), nil)}, actions: kmsWrite, resources: thisKey,
			when: conditions{"StringEquals": {"aws:SourceAccount": awscdk.Aws_ACCOUNT_ID()}},
		},
		{
			sid: "ThroughSecrets", principals: account(), actions: append([]string{"kms:DescribeKey"}, kmsWrite...), resources: thisKey,
			when: conditions{"StringEquals": {"kms:ViaService": service("secretsmanager")}},
		},
	}
	return newKey(scope, "ServiceKey", n.base+": catalog, queues and logs", keep, usage...)
}

func newKey(scope constructs.Construct, id, description string, keep awscdk.RemovalPolicy, usage ...statement) awskms.Key {
	administration := statement{sid: "Administration", principals: account(), actions: keyAdministration, resources: thisKey}
	return awskms.NewKey(scope, jsii.String(id), &awskms.KeyProps{
		Description:       jsii.String(description),
		EnableKeyRotation: jsii.Bool(true),
		RemovalPolicy:     keep,
		Policy:            document(append([]statement{administration}, usage...)...),
	})
}

func account() []awsiam.IPrincipal { return []awsiam.IPrincipal{awsiam.NewAccountRootPrincipal()} }

// throughS3 is true for what S3 does with the object key for a caller.
func throughS3(n names) conditions {
	return conditions{"StringEquals": {"kms:ViaService": service("s3"), "kms:EncryptionContext:aws:s3:arn": n.bucketARN()}}
}
