package stacks

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awskms"
	"github.com/aws/aws-cdk-go/awscdk/v2/awss3"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"github.com/bytepass/bytepass/stacks/settings"
)

// abortUploadsDays is how long an unfinished multipart upload is kept.
const abortUploadsDays = 7

// accessLogPrefix is where the access logs stand in the log bucket.
const accessLogPrefix = "objects/"

// checksums are the headers in which S3 takes and gives checksums.
var checksums = []string{
	"x-amz-checksum-crc32", "x-amz-checksum-crc32c", "x-amz-checksum-crc64nvme", "x-amz-checksum-sha1", "x-amz-checksum-sha256", "x-amz-checksum-type",
}

// newBucket makes the bucket that holds the objects.
func newBucket(scope constructs.Construct, n names, s settings.Settings, key awskms.Key, keep awscdk.RemovalPolicy) awss3.Bucket {
	bucket := awss3.NewBucket(scope, jsii.String("Bucket"), &awss3.BucketProps{
		BucketNamePrefix:       jsii.String(n.bucketPrefix()),
		BucketNamespace:        awss3.BucketNamespace_ACCOUNT_REGIONAL,
		Versioned:              jsii.Bool(true),
		Encryption:             awss3.BucketEncryption_KMS,
		EncryptionKey:          key,
		BucketKeyEnabled:       jsii.Bool(true),
		BlockedEncryptionTypes: &[]awss3.BlockedEncryptionType{awss3.BlockedEncryptionType_SSE_C()},
		BlockPublicAccess:      awss3.BlockPublicAccess_BLOCK_ALL(),
		ObjectOwnership:        awss3.ObjectOwnership_BUCKET_OWNER_ENFORCED,
		Metrics:                &[]*awss3.BucketMetrics{{Id: jsii.String("EntireBucket")}},
		LifecycleRules:         lifecycle(s),
		Cors:                   cors(s.Origins),
		RemovalPolicy:          keep,
	})
	// Set on the resource itself: the construct's own ways add a custom
	// resource for the first, and for the second a policy that names the
	// bucket before it exists.
	resource := bucket.Node().DefaultChild().(awss3.CfnBucket)
	resource.SetNotificationConfiguration(&awss3.CfnBucket_NotificationConfigurationProperty{
		EventBridgeConfiguration: &awss3.CfnBucket_EventBridgeConfigurationProperty{EventBridgeEnabled: jsii.Bool(true)},
	})
	resource.SetLoggingConfiguration(&awss3.CfnBucket_LoggingConfigurationProperty{
		DestinationBucketName: jsii.String(n.logBucket()),
		LogFilePrefix:         jsii.String(accessLogPrefix),
	})
	return bucket
}

// newLogBucket makes the bucket for the access logs. It has no customer key:
// S3 cannot deliver access logs to a bucket that has one.
func newLogBucket(scope constructs.Construct, n names, s settings.Settings, keep awscdk.RemovalPolicy) awss3.Bucket {
	bucket := awss3.NewBucket(scope, jsii.String("LogBucket"), &awss3.BucketProps{
		BucketNamePrefix:       jsii.String(n.logBucketPrefix()),
		BucketNamespace:        awss3.BucketNamespace_ACCOUNT_REGIONAL,
		Encryption:             awss3.BucketEncryption_S3_MANAGED,
		BlockedEncryptionTypes: &[]awss3.BlockedEncryptionType{awss3.BlockedEncryptionType_SSE_C()},
		BlockPublicAccess:      awss3.BlockPublicAccess_BLOCK_ALL(),
		ObjectOwnership:        awss3.ObjectOwnership_BUCKET_OWNER_ENFORCED,
		LifecycleRules: &[]*awss3.LifecycleRule{{
			Id:                                  jsii.String("expire"),
			Expiration:                          awscdk.Duration_Days(jsii.Number(s.AccessLogDays)),
			AbortIncompleteMultipartUploadAfter: awscdk.Duration_Days(jsii.Number(1)),
		}},
		RemovalPolicy: keep,
	})
	accept(bucket, exception{rule: "AwsSolutions-S1", reason: "It holds access logs; logging its own accesses would feed on itself."})
	return bucket
}

// lifecycle moves objects to a cheaper class that still reads at once, ends
// noncurrent versions, and sweeps what uploads and deletions leave behind.
func lifecycle(s settings.Settings) *[]*awss3.LifecycleRule {
	versions := &awss3.LifecycleRule{
		Id:                          jsii.String("versions"),
		NoncurrentVersionExpiration: awscdk.Duration_Days(jsii.Number(s.NoncurrentDays)),
	}
	if s.TransitionClass != settings.NoTransition {
		class, after := awss3.NewStorageClass(jsii.String(s.TransitionClass)), awscdk.Duration_Days(jsii.Number(s.TransitionDays))
		versions.Transitions = &[]*awss3.Transition{{StorageClass: class, TransitionAfter: after}}
		versions.NoncurrentVersionTransitions = &[]*awss3.NoncurrentVersionTransition{{StorageClass: class, TransitionAfter: after}}
	}
	return &[]*awss3.LifecycleRule{
		versions,
		{
			Id:                                  jsii.String("leftovers"),
			AbortIncompleteMultipartUploadAfter: awscdk.Duration_Days(jsii.Number(abortUploadsDays)),
			ExpiredObjectDeleteMarker:           jsii.Bool(true),
		},
	}
}

// cors lets pages of the origins send and read objects with all that a signed
// URL may ask of a browser.
func cors(origins []string) *[]*awss3.CorsRule {
	if len(origins) == 0 {
		return nil
	}
	headers := append([]string{
		"content-type", "content-md5", "if-none-match", "range", "x-amz-meta-bytepass", "x-amz-sdk-checksum-algorithm",
	}, checksums...)
	exposed := append([]string{
		"ETag", "Location", "Content-Range", "x-amz-version-id", "x-amz-request-id",
	}, checksums...)
	return &[]*awss3.CorsRule{{
		Id:             jsii.String("browsers"),
		AllowedOrigins: jsii.Strings(origins...),
		AllowedMethods: &[]awss3.HttpMethods{awss3.HttpMethods_GET, awss3.HttpMethods_HEAD, awss3.HttpMethods_PUT, awss3.HttpMethods_POST},
		AllowedHeaders: jsii.Strings(headers...),
		ExposedHeaders: jsii.Strings(exposed...),
		MaxAge:         jsii.Number(3600),
	}}
}
