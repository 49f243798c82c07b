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
		risky: true, // Ceph 16 takes every upload for one with a public ACL
		parts: publicAccessParts,
	}
}

// publicAccessParts are the four blocks, each of which is something of its own.
func publicAccessParts(*types.PublicAccessBlockConfiguration) []part[*types.PublicAccessBlockConfiguration] {
	type block = types.PublicAccessBlockConfiguration
	one := func(name, consequence string, clear func(*block)) part[*block] {
		return part[*block]{name: name, consequence: consequence, without: func(b *block) *block {
			rest := *b
			clear(&rest)
			return &rest
		}}
	}
	return []part[*block]{
		one("blockPublicAcls", "an object can be given a public ACL; no URL of Bytepass allows the header for that", func(b *block) { b.BlockPublicAcls = nil }),
		one("ignorePublicAcls", "public ACLs that are there count", func(b *block) { b.IgnorePublicAcls = nil }),
		one("blockPublicPolicy", "an administrator can make the bucket public by its policy; Bytepass itself never does", func(b *block) { b.BlockPublicPolicy = nil }),
		one("restrictPublicBuckets", "a public policy that is there counts", func(b *block) { b.RestrictPublicBuckets = nil }),
	}
}

func ownership() setting {
	return aspect[types.ObjectOwnership]{
		name:        "ownership",
		property:    "OwnershipControls",
		consequence: "access lists (ACLs) of single objects count beside the bucket's policy",
		single:      true,
		risky:       true,
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
