package provision

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
)

const publicAccessName = "publicAccess"

func publicAccess() setting {
	return aspect[*types.PublicAccessBlockConfiguration]{
		name:        publicAccessName,
		property:    "PublicAccessBlockConfiguration",
		consequence: "nothing stops an administrator of the store from making the bucket public; Bytepass itself never does",
		parse: func(s *Settings, property []byte) error {
			return strict(property, &s.PublicAccess)
		},
		want: func(s Settings, _ Target) (*types.PublicAccessBlockConfiguration, bool) {
			return s.PublicAccess, s.PublicAccess != nil
		},
		get: func(ctx context.Context, c Client, bucket *string) (*types.PublicAccessBlockConfiguration, error) {
			out, err := c.GetPublicAccessBlock(ctx, &s3.GetPublicAccessBlockInput{Bucket: bucket})
			if err != nil {
				return nil, err
			}
			return out.PublicAccessBlockConfiguration, nil
		},
		put: func(ctx context.Context, c Client, bucket *string, block *types.PublicAccessBlockConfiguration) error {
			_, err := c.PutPublicAccessBlock(ctx, &s3.PutPublicAccessBlockInput{Bucket: bucket, PublicAccessBlockConfiguration: block})
			return err
		},
	}
}

func ownership() setting {
	return aspect[types.ObjectOwnership]{
		name:        "ownership",
		property:    "OwnershipControls",
		consequence: "access lists (ACLs) of single objects count beside the bucket's policy",
		single:      true,
		parse: func(s *Settings, property []byte) error {
			var p struct {
				Rules []struct{ ObjectOwnership types.ObjectOwnership }
			}
			err := strict(property, &p)
			if len(p.Rules) > 0 {
				s.Ownership = p.Rules[0].ObjectOwnership
			}
			return err
		},
		want: func(s Settings, _ Target) (types.ObjectOwnership, bool) {
			return s.Ownership, s.Ownership != ""
		},
		get: func(ctx context.Context, c Client, bucket *string) (types.ObjectOwnership, error) {
			out, err := c.GetBucketOwnershipControls(ctx, &s3.GetBucketOwnershipControlsInput{Bucket: bucket})
			if err != nil || out.OwnershipControls == nil || len(out.OwnershipControls.Rules) == 0 {
				return "", err
			}
			return out.OwnershipControls.Rules[0].ObjectOwnership, nil
		},
		put: func(ctx context.Context, c Client, bucket *string, o types.ObjectOwnership) error {
			_, err := c.PutBucketOwnershipControls(ctx, &s3.PutBucketOwnershipControlsInput{
				Bucket: bucket, OwnershipControls: &types.OwnershipControls{Rules: []types.OwnershipControlsRule{{ObjectOwnership: o}}},
			})
			return err
		},
	}
}
