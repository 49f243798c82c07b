package provision

import (
	"context"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
)

func encryption() setting {
	return aspect[[]types.ServerSideEncryptionRule]{
		name:        "encryption",
		property:    "BucketEncryption",
		consequence: "the store encrypts nothing by itself; put its data on an encrypted disk",
		parse:       parseEncryption,
		single:      true,
		risky:       true, // a key that is not there
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
		normal: normalEncryption,
		parts:  encryptionParts,
	}
}

// encryptionParts are those that stores other than AWS often do not know.
func encryptionParts([]types.ServerSideEncryptionRule) []part[[]types.ServerSideEncryptionRule] {
	type rules = []types.ServerSideEncryptionRule
	each := func(change func(*types.ServerSideEncryptionRule)) func(rules) rules {
		return func(all rules) rules {
			out := slices.Clone(all)
			for i := range out {
				change(&out[i])
			}
			return out
		}
	}
	return []part[rules]{
		{
			name: "bucketKey", consequence: "the store asks for a key for each object; that is a matter of cost on AWS alone",
			without: each(func(r *types.ServerSideEncryptionRule) { r.BucketKeyEnabled = nil }),
		},
		{
			name: "blockedTypes", consequence: "whoever may write can encrypt with a key that only they have (SSE-C); no URL of Bytepass allows the headers for that",
			without: each(func(r *types.ServerSideEncryptionRule) { r.BlockedEncryptionTypes = nil }),
		},
	}
}

// normalEncryption names a key by its id, however it is spelt, and drops what
// AWS says of a bucket where nothing is blocked.
func normalEncryption(rules []types.ServerSideEncryptionRule) any {
	out := slices.Clone(rules)
	for i, r := range out {
		if d := r.ApplyServerSideEncryptionByDefault; d != nil && d.KMSMasterKeyID != nil {
			byID := *d
			if _, id, isARN := strings.Cut(*d.KMSMasterKeyID, ":key/"); isARN {
				byID.KMSMasterKeyID = &id
			}
			out[i].ApplyServerSideEncryptionByDefault = &byID
		}
		if b := r.BlockedEncryptionTypes; b != nil && slices.Equal(b.EncryptionType, []types.EncryptionType{types.EncryptionTypeNone}) {
			out[i].BlockedEncryptionTypes = nil
		}
	}
	return out
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
