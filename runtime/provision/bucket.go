package provision

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
)

// bucketExists reports whether the bucket is there and can be seen. What is
// wrong with how store, bucket or keys were named is a *NamedWrongly.
func bucketExists(ctx context.Context, t Target) (bool, error) {
	_, err := t.Client.HeadBucket(ctx, &s3.HeadBucketInput{Bucket: &t.Bucket})
	if err == nil {
		return true, nil
	}
	// The answer to a HEAD has no body, so it does not say why.
	if _, why := t.Client.GetBucketVersioning(ctx, &s3.GetBucketVersioningInput{Bucket: &t.Bucket}); why != nil {
		err = why
	}
	switch a := answerOf(err); {
	case a.code == "InvalidBucketName":
		return false, &NamedWrongly{What: Bucket, err: fmt.Errorf("the store takes no bucket of the name %q; write 3 to 63 of a-z, 0-9 and -", t.Bucket)}
	case a.code == "InvalidAccessKeyId", a.code == "XAdminUserNotFound": // versitygw's
		return false, &NamedWrongly{What: AccessKey, err: errors.New("the store does not know this key; name an administrator's")}
	case a.code == "SignatureDoesNotMatch":
		return false, &NamedWrongly{What: SecretKey, err: errors.New("it is not the secret of the access key; or a proxy before the store changes the host that requests name")}
	case isElsewhere(err):
		return false, inRegion(t, err)
	case a.status == http.StatusNotFound && slices.Contains([]string{"", "NotFound", "UnknownError"}, a.code): // no code of S3's
		return false, &NamedWrongly{What: Store, err: errors.New("what answers there is no S3 store; name the store's own address")}
	case a.status == http.StatusNotFound:
		return false, nil
	case a.status == http.StatusForbidden:
		return false, fmt.Errorf("provision: bucket %s belongs to somebody else, or the credentials may not see it: %w", t.Bucket, err)
	}
	return false, fmt.Errorf("provision: looking for bucket %s: %w", t.Bucket, err)
}

// isElsewhere reports whether the store said that it is in another region than
// the one that was named.
func isElsewhere(err error) bool {
	a := answerOf(err)
	return a.status == http.StatusMovedPermanently || slices.Contains([]string{
		"AuthorizationHeaderMalformed", "IllegalLocationConstraintException", "InvalidLocationConstraint", "InvalidRegion", "PermanentRedirect",
	}, a.code)
}

func inRegion(t Target, err error) error {
	return &NamedWrongly{What: Region, err: fmt.Errorf("the store is not in region %q (%s); name its own, which is us-east-1 where it has none", t.Region, said(err))}
}

func createBucket(ctx context.Context, t Target) error {
	in := &s3.CreateBucketInput{Bucket: &t.Bucket}
	if t.Region != "" && t.Region != "us-east-1" {
		in.CreateBucketConfiguration = &types.CreateBucketConfiguration{LocationConstraint: types.BucketLocationConstraint(t.Region)}
	}
	_, err := t.Client.CreateBucket(ctx, in)
	switch mine := (*types.BucketAlreadyOwnedByYou)(nil); {
	case isElsewhere(err):
		return inRegion(t, err)
	case err != nil && !errors.As(err, &mine):
		return fmt.Errorf("provision: creating bucket %s: %w", aws.ToString(in.Bucket), err)
	}
	return nil
}
