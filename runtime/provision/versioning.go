package provision

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
)

func versioning() setting {
	return aspect[types.BucketVersioningStatus]{
		name:        "versioning",
		property:    "VersioningConfiguration",
		consequence: "an overwritten or deleted file is gone for good, so bytepass serve refuses the bucket",
		parse: func(s *Settings, property []byte) error {
			var p struct{ Status types.BucketVersioningStatus }
			err := strict(property, &p)
			s.Versioning = p.Status
			return err
		},
		want: func(s Settings, _ Target) (types.BucketVersioningStatus, bool) {
			return s.Versioning, s.Versioning != ""
		},
		get: func(ctx context.Context, c Client, bucket *string) (types.BucketVersioningStatus, error) {
			out, err := c.GetBucketVersioning(ctx, &s3.GetBucketVersioningInput{Bucket: bucket})
			if err != nil {
				return "", err
			}
			return out.Status, nil
		},
		put: func(ctx context.Context, c Client, bucket *string, status types.BucketVersioningStatus) error {
			_, err := c.PutBucketVersioning(ctx, &s3.PutBucketVersioningInput{Bucket: bucket, VersioningConfiguration: &types.VersioningConfiguration{Status: status}})
			return err
		},
	}
}
