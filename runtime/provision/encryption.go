package provision

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
)

func encryption() setting {
	return aspect[[]types.ServerSideEncryptionRule]{
		name:        "encryption",
		property:    "BucketEncryption",
		consequence: "the store encrypts nothing by itself; put its data on an encrypted disk",
		parse:       parseEncryption,
		want: func(s Settings, _ Target) ([]types.ServerSideEncryptionRule, bool) {
			return s.Encryption, len(s.Encryption) > 0
		},
		get: func(ctx context.Context, c Client, bucket *string) ([]types.ServerSideEncryptionRule, error) {
			out, err := c.GetBucketEncryption(ctx, &s3.GetBucketEncryptionInput{Bucket: bucket})
			if err != nil || out.ServerSideEncryptionConfiguration == nil {
				return nil, err
			}
			return out.ServerSideEncryptionConfiguration.Rules, nil
		},
		put: func(ctx context.Context, c Client, bucket *string, rules []types.ServerSideEncryptionRule) error {
			_, err := c.PutBucketEncryption(ctx, &s3.PutBucketEncryptionInput{
				Bucket: bucket, ServerSideEncryptionConfiguration: &types.ServerSideEncryptionConfiguration{Rules: rules},
			})
			return err
		},
	}
}

func parseEncryption(s *Settings, property []byte) error {
	var p struct {
		ServerSideEncryptionConfiguration []struct {
			BucketKeyEnabled              *bool
			BlockedEncryptionTypes        *types.BlockedEncryptionTypes
			ServerSideEncryptionByDefault *types.ServerSideEncryptionByDefault
		}
	}
	if err := strict(property, &p); err != nil {
		return err
	}
	for _, r := range p.ServerSideEncryptionConfiguration {
		s.Encryption = append(s.Encryption, types.ServerSideEncryptionRule{
			ApplyServerSideEncryptionByDefault: r.ServerSideEncryptionByDefault,
			BucketKeyEnabled:                   r.BucketKeyEnabled, BlockedEncryptionTypes: r.BlockedEncryptionTypes,
		})
	}
	return nil
}
