package stacks

import (
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awskms"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"github.com/bytepass/bytepass/stacks/settings"
)

// The functions, by the folder of their main under runtime/lambda.
const (
	fnUpload      = "upload"
	fnFiles       = "files"
	fnRestore     = "restore"
	fnIngest      = "ingest"
	fnEmptyBucket = "emptybucket"
	fnSigningKey  = "signingkey"
)

// FunctionNames lists the functions of a deployment, by the folder of their
// main: what package build has to build for New.
func FunctionNames(s settings.Settings) []string {
	all := []string{fnUpload, fnFiles, fnRestore, fnIngest}
	if s.Delivery == settings.CloudFront {
		all = append(all, fnSigningKey)
	}
	if !s.Retain {
		all = append(all, fnEmptyBucket)
	}
	return all
}

// Roles are all that may touch the objects. Each is complete: a function that
// takes one over adds nothing to it.
type Roles struct {
	// UploadSigner and DownloadSigner sign URLs. Their credentials are worth
	// nothing in an Authorization header: the bucket policy sees to that. There
	// is no DownloadSigner where downloads come from the edge.
	UploadSigner   awsiam.Role
	DownloadSigner awsiam.Role

	Upload  awsiam.Role
	Files   awsiam.Role
	Restore awsiam.Role
	Ingest  awsiam.Role

	// LogReader alone may read the bucket's access logs, which hold query
	// strings. Whoever may assume it is for IAM to say.
	LogReader awsiam.Role
}

// keys are the two keys of a deployment.
type keys struct{ objects, services awskms.Key }

// signers are the roles whose credentials are good for URLs of the bucket.
func (r Roles) signers() []awsiam.Role {
	if r.DownloadSigner == nil {
		return []awsiam.Role{r.UploadSigner}
	}
	return []awsiam.Role{r.UploadSigner, r.DownloadSigner}
}

// newRoles makes every role with its rights; d is nil where downloads come from
// the bucket.
func newRoles(scope constructs.Construct, n names, k keys, d *Delivery) Roles {
	var r Roles
	r.Upload = newFunctionRole(scope, "Upload")
	r.Files = newFunctionRole(scope, "Files")
	r.Restore = newFunctionRole(scope, "Restore")
	r.Ingest = newFunctionRole(scope, "Ingest")
	r.UploadSigner = newRole(scope, "UploadSigner", "Signs URLs that put objects", r.Upload)
	r.LogReader = newRole(scope, "LogReader", "Reads the bucket's access logs", awsiam.NewAccountRootPrincipal())

	attach(r.UploadSigner,
		statement{sid: "PutObjects", actions: []string{"s3:PutObject"}, resources: n.objectARNs()},
		encryptObjects(n, k, kmsWrite))
	attach(r.Upload, append(runs(n, fnUpload),
		assume(r.UploadSigner),
		// To begin and to complete an upload in parts are both s3:PutObject
		// (S3 user guide, "Multipart upload API and permissions").
		statement{sid: "BeginAndCompleteUploads", actions: []string{"s3:PutObject"}, resources: n.objectARNs()},
		statement{sid: "ListParts", actions: []string{"s3:ListMultipartUploadParts"}, resources: n.objectARNs()},
		statement{sid: "AbortUploads", actions: []string{"s3:AbortMultipartUpload"}, resources: n.objectARNs()},
		statement{sid: "FindUnfinishedUploads", actions: []string{"s3:ListBucketMultipartUploads"}, resources: []string{n.bucketARN()}},
		statement{sid: "ReadHeads", actions: []string{"s3:GetObject"}, resources: n.objectARNs()},
		seeMissing(n),
		encryptObjects(n, k, kmsWrite))...)
	var signs []statement
	if d != nil {
		signs = readSecret(k.services, d.SecretARN)
	} else {
		r.DownloadSigner = newRole(scope, "DownloadSigner", "Signs URLs that get objects", r.Files)
		mayGo(r.DownloadSigner)
		attach(r.DownloadSigner,
			statement{sid: "GetObjects", actions: []string{"s3:GetObject", "s3:GetObjectVersion"}, resources: n.objectARNs()},
			encryptObjects(n, k, kmsRead))
		signs = []statement{assume(r.DownloadSigner)}
	}
	attach(r.Files, append(append(runs(n, fnFiles), signs...),
		statement{sid: "MarkObjectsDeleted", actions: []string{"s3:DeleteObject"}, resources: n.objectARNs()},
		statement{sid: "ListVersions", actions: []string{"s3:ListBucketVersions"}, resources: []string{n.bucketARN()}},
		statement{sid: "ReadCatalog", actions: []string{"dynamodb:GetItem"}, resources: []string{n.tableARN()}},
		statement{sid: "ListCatalog", actions: []string{"dynamodb:Query"}, resources: []string{n.indexARN()}},
		decryptTable(n, k))...)
	attach(r.Restore, append(runs(n, fnRestore),
		statement{sid: "RemoveMarkersAndCopyVersions", actions: []string{"s3:DeleteObjectVersion", "s3:GetObjectVersion", "s3:PutObject"}, resources: n.objectARNs()},
		statement{sid: "ListVersions", actions: []string{"s3:ListBucketVersions"}, resources: []string{n.bucketARN()}},
		encryptObjects(n, k, kmsWrite))...)
	attach(r.Ingest, append(runs(n, fnIngest),
		statement{sid: "ReadHeadsAndDeleteRejected", actions: []string{"s3:DeleteObject", "s3:GetObject"}, resources: n.objectARNs()},
		seeMissing(n),
		encryptObjects(n, k, kmsRead), // a head with its checksum needs it
		statement{sid: "WriteCatalog", actions: []string{"dynamodb:GetItem", "dynamodb:PutItem"}, resources: []string{n.tableARN()}},
		decryptTable(n, k),
		statement{sid: "TakeEvents", actions: []string{"sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:ReceiveMessage"}, resources: []string{n.queueARN()}},
		statement{
			sid: "DecryptEvents", actions: kmsRead, resources: []string{*k.services.KeyArn()},
			when: conditions{"StringEquals": {"kms:ViaService": service("sqs")}},
		})...)
	attach(r.LogReader,
		statement{sid: "ReadAccessLogs", actions: []string{"s3:GetObject"}, resources: []string{n.logBucketARN() + "/*"}},
		statement{sid: "ListAccessLogs", actions: []string{"s3:ListBucket"}, resources: []string{n.logBucketARN()}})
	return r
}

func newFunctionRole(scope constructs.Construct, id string) awsiam.Role {
	return newRole(scope, id, "Function "+id, awsiam.NewServicePrincipal(jsii.String("lambda.amazonaws.com"), nil))
}

func newRole(scope constructs.Construct, id, description string, assumedBy awsiam.IPrincipal) awsiam.Role {
	return awsiam.NewRole(scope, jsii.String(id+"Role"), &awsiam.RoleProps{AssumedBy: assumedBy, Description: jsii.String(description)})
}

// attach gives a role its one policy. It is a resource of its own because the
// trust of a signer names the function's role and the function's policy names
// the signer.
func attach(role awsiam.Role, rights ...statement) awsiam.Policy {
	policy := awsiam.NewPolicy(role, jsii.String("Rights"), &awsiam.PolicyProps{
		Roles:      &[]awsiam.IRole{role},
		Statements: build(rights),
	})
	accept(policy, exception{rule: "AwsSolutions-IAM5", reason: "Objects and log streams have names that are not known before they exist; their bucket, spaces and log group are exact. X-Ray has no resources to name. Actions have no wildcard."})
	return policy
}

// runs is what every function needs: its log group and traces.
func runs(n names, function string) []statement {
	return []statement{
		{sid: "WriteLogs", actions: []string{"logs:CreateLogStream", "logs:PutLogEvents"}, resources: []string{n.logGroupARN(function) + ":log-stream:*"}},
		{sid: "Trace", actions: []string{"xray:PutTelemetryRecords", "xray:PutTraceSegments"}, resources: []string{"*"}},
	}
}

func assume(signer awsiam.Role) statement {
	return statement{sid: "BecomeSigner", actions: []string{"sts:AssumeRole"}, resources: []string{*signer.RoleArn()}}
}

// seeMissing lets a role see that a key is not there: without it the head of a
// missing key is 403 and not 404.
func seeMissing(n names) statement {
	return statement{sid: "SeeMissingObjects", actions: []string{"s3:ListBucket"}, resources: []string{n.bucketARN()}}
}

func encryptObjects(n names, k keys, actions []string) statement {
	return statement{sid: "EncryptObjects", actions: actions, resources: []string{*k.objects.KeyArn()}, when: throughS3(n)}
}

// decryptTable is what DynamoDB asks of its caller for a table with a customer
// key: to decrypt the table's key, named by this encryption context
// (DynamoDB developer guide, "encryption at rest: usage notes").
func decryptTable(n names, k keys) statement {
	return statement{
		sid: "DecryptCatalog", actions: kmsRead, resources: []string{*k.services.KeyArn()},
		when: conditions{"StringEquals": {"kms:ViaService": service("dynamodb"), "kms:EncryptionContext:aws:dynamodb:tableName": n.table()}},
	}
}
