package provision

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"
)

// Client is what provisioning uses of S3: one bucket's settings, never its
// objects, and nothing that deletes. *s3.Client implements it.
type Client interface {
	HeadBucket(context.Context, *s3.HeadBucketInput, ...func(*s3.Options)) (*s3.HeadBucketOutput, error)
	CreateBucket(context.Context, *s3.CreateBucketInput, ...func(*s3.Options)) (*s3.CreateBucketOutput, error)

	GetBucketVersioning(context.Context, *s3.GetBucketVersioningInput, ...func(*s3.Options)) (*s3.GetBucketVersioningOutput, error)
	PutBucketVersioning(context.Context, *s3.PutBucketVersioningInput, ...func(*s3.Options)) (*s3.PutBucketVersioningOutput, error)
	GetBucketCors(context.Context, *s3.GetBucketCorsInput, ...func(*s3.Options)) (*s3.GetBucketCorsOutput, error)
	PutBucketCors(context.Context, *s3.PutBucketCorsInput, ...func(*s3.Options)) (*s3.PutBucketCorsOutput, error)
	GetBucketLifecycleConfiguration(context.Context, *s3.GetBucketLifecycleConfigurationInput, ...func(*s3.Options)) (*s3.GetBucketLifecycleConfigurationOutput, error)
	PutBucketLifecycleConfiguration(context.Context, *s3.PutBucketLifecycleConfigurationInput, ...func(*s3.Options)) (*s3.PutBucketLifecycleConfigurationOutput, error)
	GetBucketEncryption(context.Context, *s3.GetBucketEncryptionInput, ...func(*s3.Options)) (*s3.GetBucketEncryptionOutput, error)
	PutBucketEncryption(context.Context, *s3.PutBucketEncryptionInput, ...func(*s3.Options)) (*s3.PutBucketEncryptionOutput, error)
	GetPublicAccessBlock(context.Context, *s3.GetPublicAccessBlockInput, ...func(*s3.Options)) (*s3.GetPublicAccessBlockOutput, error)
	PutPublicAccessBlock(context.Context, *s3.PutPublicAccessBlockInput, ...func(*s3.Options)) (*s3.PutPublicAccessBlockOutput, error)
	GetBucketOwnershipControls(context.Context, *s3.GetBucketOwnershipControlsInput, ...func(*s3.Options)) (*s3.GetBucketOwnershipControlsOutput, error)
	PutBucketOwnershipControls(context.Context, *s3.PutBucketOwnershipControlsInput, ...func(*s3.Options)) (*s3.PutBucketOwnershipControlsOutput, error)
	GetBucketPolicy(context.Context, *s3.GetBucketPolicyInput, ...func(*s3.Options)) (*s3.GetBucketPolicyOutput, error)
	PutBucketPolicy(context.Context, *s3.PutBucketPolicyInput, ...func(*s3.Options)) (*s3.PutBucketPolicyOutput, error)
	GetBucketTagging(context.Context, *s3.GetBucketTaggingInput, ...func(*s3.Options)) (*s3.GetBucketTaggingOutput, error)
	PutBucketTagging(context.Context, *s3.PutBucketTaggingInput, ...func(*s3.Options)) (*s3.PutBucketTaggingOutput, error)
	GetBucketLogging(context.Context, *s3.GetBucketLoggingInput, ...func(*s3.Options)) (*s3.GetBucketLoggingOutput, error)
	PutBucketLogging(context.Context, *s3.PutBucketLoggingInput, ...func(*s3.Options)) (*s3.PutBucketLoggingOutput, error)
	GetBucketNotificationConfiguration(context.Context, *s3.GetBucketNotificationConfigurationInput, ...func(*s3.Options)) (*s3.GetBucketNotificationConfigurationOutput, error)
	PutBucketNotificationConfiguration(context.Context, *s3.PutBucketNotificationConfigurationInput, ...func(*s3.Options)) (*s3.PutBucketNotificationConfigurationOutput, error)
}

var errNoBucket = errors.New("provision: the template has no bucket; give the storage stack's template")

// answer is how a store answered a call.
type answer struct {
	status int
	code   string
}

func answerOf(err error) answer {
	var a answer
	var byURL *refusal
	if errors.As(err, &byURL) {
		a.status = byURL.status
	}
	var res *smithyhttp.ResponseError
	if errors.As(err, &res) {
		a.status = res.HTTPStatusCode()
	}
	var api smithy.APIError
	if errors.As(err, &api) {
		a.code = api.ErrorCode()
	}
	return a
}

// isAbsent reports whether the store said that the bucket has no such setting.
// A bucket that is not there is something else.
func isAbsent(err error) bool {
	a := answerOf(err)
	return a.status == http.StatusNotFound && a.code != "NoSuchBucket"
}

// known calls a store about a setting of a bucket that is there, and again for
// some seconds when the answer is not about the setting. SeaweedFS can forget a
// bucket for a moment after it was made, between two settings that it takes.
// Ceph hangs up on what it refuses without reading it, at times before the
// client has read why.
func known(ctx context.Context, call func() error) error {
	for wait := 50 * time.Millisecond; ; wait *= 2 {
		err := call()
		if answerOf(err).code != "NoSuchBucket" && !isCutOff(err) || wait > 3*time.Second {
			return err
		}
		select {
		case <-ctx.Done():
			return err
		case <-time.After(wait):
		}
	}
}

// isCutOff reports whether of an answer only the status arrived.
func isCutOff(err error) bool {
	var cut *smithy.DeserializationError
	return errors.As(err, &cut) && answerOf(err).status != 0
}

// isUnsupported reports whether the store said that it does not do this. Some
// take the writing of a setting that they do not know for that of a bucket, and
// say that it is there already.
func isUnsupported(err error) bool {
	a := answerOf(err)
	return a.status == http.StatusNotImplemented || a.status == http.StatusMethodNotAllowed ||
		slices.Contains([]string{"NotImplemented", "XNotImplemented", "MethodNotAllowed", "BucketAlreadyOwnedByYou", "BucketAlreadyExists"}, a.code)
}

// isRefused reports whether the store does this, but not with these values.
func isRefused(err error) bool { return answerOf(err).status == http.StatusBadRequest }

// said returns what the store said, for people, without the request's ids.
func said(err error) string {
	var api smithy.APIError
	if errors.As(err, &api) {
		return api.ErrorCode() + ": " + api.ErrorMessage()
	}
	if isCutOff(err) {
		return fmt.Sprintf("status %d; the connection broke off before the store had said why", answerOf(err).status)
	}
	return err.Error()
}
