package bucket

import (
	"context"
	"fmt"
	"net/url"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
)

// Client is what a Bucket needs of an S3 client.
type Client interface {
	HeadObject(context.Context, *s3.HeadObjectInput, ...func(*s3.Options)) (*s3.HeadObjectOutput, error)
	DeleteObject(context.Context, *s3.DeleteObjectInput, ...func(*s3.Options)) (*s3.DeleteObjectOutput, error)
	CopyObject(context.Context, *s3.CopyObjectInput, ...func(*s3.Options)) (*s3.CopyObjectOutput, error)
	ListObjectsV2(context.Context, *s3.ListObjectsV2Input, ...func(*s3.Options)) (*s3.ListObjectsV2Output, error)
	ListObjectVersions(context.Context, *s3.ListObjectVersionsInput, ...func(*s3.Options)) (*s3.ListObjectVersionsOutput, error)
}

// Bucket is one bucket. It is safe for concurrent use.
//
// Errors that a caller can be told are *files.Problem, CodeUnavailable among
// them when the store does not answer or says that it cannot at the moment;
// any other error holds the name of the operation and the store's answer.
type Bucket struct {
	client    Client
	name      string
	lookAgain bool
}

// New returns the bucket of this name.
func New(client Client, name string) *Bucket { return &Bucket{client: client, name: name} }

// LookingAgain returns the same bucket for stores that may put a conditional
// delete marker on whatever is there, as MinIO and Ceph do: it looks afterwards
// what the marker hides, and takes it back if that is something else.
//
// For DeleteIfMatch it needs s3:ListBucketVersions and s3:DeleteObjectVersion
// too.
func (b *Bucket) LookingAgain() *Bucket {
	again := *b
	again.lookAgain = true
	return &again
}

// listedKey returns a key of a listing as it is. Keys are asked for in URL
// encoding, because XML cannot hold all of them; a store that does not know it
// does not say it, and sends them plain.
func listedKey(key *string, encoding types.EncodingType) (string, error) {
	if encoding != types.EncodingTypeUrl {
		return aws.ToString(key), nil
	}
	plain, err := url.QueryUnescape(aws.ToString(key))
	if err != nil {
		return "", fmt.Errorf("the store lists the key %q, which is not URL-encoded as it says: %w", aws.ToString(key), err)
	}
	return plain, nil
}
