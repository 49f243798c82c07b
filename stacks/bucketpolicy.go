package stacks

import (
	"strconv"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awss3"
	"github.com/aws/jsii-runtime-go"
)

// restrict denies in the bucket's policy what no role of any kind may do, and so
// holds even against rights that somebody adds elsewhere. The keys s3:authType,
// s3:signatureAge and s3:signatureversion are those of "Bucket policy examples
// using condition keys" (S3 user guide, "Amazon S3 Signature Version 4
// authentication specific policy keys").
func restrict(bucket awss3.Bucket, r Roles, signatureCapSeconds int) {
	var signers []string
	for _, signer := range r.signers() {
		signers = append(signers, *signer.RoleArn())
	}
	all, objects := everything(bucket), []string{*bucket.BucketArn() + "/*"}
	addAll(bucket, append(secureTransport(bucket),
		statement{
			// Only signers presign: nobody else's credentials are worth a URL
			// or a form. This also stops the download button of the AWS console.
			sid: "OnlySignersPresign", deny: true, principals: anyone(), actions: []string{"s3:*"}, resources: objects,
			when: conditions{
				"StringEquals": {"s3:authType": []string{"REST-QUERY-STRING", "POST"}},
				"ArnNotEquals": {"aws:PrincipalArn": signers},
			},
		},
		statement{
			// Signers only presign: their credentials are worth nothing else.
			sid: "SignersOnlyPresign", deny: true, principals: arnPrincipals(r.signers()...), actions: []string{"s3:*"}, resources: all,
			when: conditions{"StringEquals": {"s3:authType": "REST-HEADER"}},
		},
		statement{
			// In milliseconds; it can only shorten what was signed.
			sid: "NoOldSignature", deny: true, principals: anyone(), actions: []string{"s3:*"}, resources: objects,
			when: conditions{"NumericGreaterThan": {"s3:signatureAge": strconv.Itoa(signatureCapSeconds * 1000)}},
		},
		statement{
			sid: "NoSignatureVersion2", deny: true, principals: anyone(), actions: []string{"s3:*"}, resources: all,
			when: conditions{"StringEquals": {"s3:signatureversion": "AWS"}},
		})...)
}

// deliver lets the edge read objects, as this distribution and for nobody else:
// the one thing that the bucket's policy allows. A URL that names a version
// asks for GetObjectVersion.
func deliver(bucket awss3.Bucket, d *Delivery) {
	addAll(bucket, statement{
		sid: "DistributionReads", principals: cloudFront(),
		actions: []string{"s3:GetObject", "s3:GetObjectVersion"}, resources: []string{*bucket.BucketArn() + "/u/*", *bucket.BucketArn() + "/g/*"},
		when: conditions{"StringEquals": {"aws:SourceArn": d.arn()}},
	})
}

// restrictLogs lets S3 deliver the bucket's access logs, and nobody but the
// log reader read them.
func restrictLogs(logs awss3.Bucket, n names, reader awsiam.Role) {
	addAll(logs, append(secureTransport(logs),
		statement{
			sid: "DeliverAccessLogs", principals: []awsiam.IPrincipal{awsiam.NewServicePrincipal(jsii.String("logging.s3.amazonaws.com"), nil)},
			actions: []string{"s3:PutObject"}, resources: []string{*logs.BucketArn() + "/" + accessLogPrefix + "*"},
			when: conditions{
				"StringEquals": {"aws:SourceAccount": awscdk.Aws_ACCOUNT_ID()},
				"ArnEquals":    {"aws:SourceArn": n.bucketARN()},
			},
		},
		statement{
			sid: "OnlyLogReaderReads", deny: true, principals: anyone(), actions: []string{"s3:GetObject", "s3:GetObjectVersion"}, resources: []string{*logs.BucketArn() + "/*"},
			when: conditions{"ArnNotEquals": {"aws:PrincipalArn": reader.RoleArn()}},
		})...)
}

// secureTransport refuses what does not come over TLS 1.2 or later.
func secureTransport(bucket awss3.Bucket) []statement {
	return []statement{
		{
			sid: "TLSOnly", deny: true, principals: anyone(), actions: []string{"s3:*"}, resources: everything(bucket),
			when: conditions{"Bool": {"aws:SecureTransport": "false"}},
		},
		{
			sid: "TLS12AtLeast", deny: true, principals: anyone(), actions: []string{"s3:*"}, resources: everything(bucket),
			when: conditions{"NumericLessThan": {"s3:TlsVersion": "1.2"}},
		},
	}
}

// everything is a bucket and all in it. A bucket's own policy can name the
// bucket itself and need not compute its name.
func everything(bucket awss3.Bucket) []string {
	return []string{*bucket.BucketArn(), *bucket.BucketArn() + "/*"}
}

func addAll(bucket awss3.Bucket, all ...statement) {
	for _, s := range all {
		bucket.AddToResourcePolicy(s.build())
	}
}

func anyone() []awsiam.IPrincipal { return []awsiam.IPrincipal{awsiam.NewAnyPrincipal()} }

func arnPrincipals(roles ...awsiam.Role) []awsiam.IPrincipal {
	principals := make([]awsiam.IPrincipal, len(roles))
	for i, r := range roles {
		principals[i] = awsiam.NewArnPrincipal(r.RoleArn())
	}
	return principals
}
