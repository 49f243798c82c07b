package provision

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
)

func logging() setting {
	return aspect[*types.LoggingEnabled]{
		name:        "logging",
		property:    "LoggingConfiguration",
		consequence: "requests that reach the store are in no access log of the bucket; the store's own log is what there is",
		parse:       parseLogging,
		single:      true,
		want: func(s Settings, _ Target) (*types.LoggingEnabled, bool) {
			return s.Logging, s.Logging != nil
		},
		get: func(ctx context.Context, c Client, bucket *string) (*types.LoggingEnabled, error) {
			out, err := c.GetBucketLogging(ctx, &s3.GetBucketLoggingInput{Bucket: bucket})
			if err != nil {
				return nil, err
			}
			return out.LoggingEnabled, nil
		},
		put: func(ctx context.Context, c Client, bucket *string, l *types.LoggingEnabled) error {
			_, err := c.PutBucketLogging(ctx, &s3.PutBucketLoggingInput{Bucket: bucket, BucketLoggingStatus: &types.BucketLoggingStatus{LoggingEnabled: l}})
			return err
		},
	}
}

func parseLogging(s *Settings, property []byte) error {
	var p struct {
		DestinationBucketName, LogFilePrefix *string

		TargetObjectKeyFormat *types.TargetObjectKeyFormat
	}
	if err := strict(property, &p); err != nil {
		return err
	}
	s.Logging = &types.LoggingEnabled{TargetBucket: p.DestinationBucketName, TargetPrefix: p.LogFilePrefix, TargetObjectKeyFormat: p.TargetObjectKeyFormat}
	return nil
}
