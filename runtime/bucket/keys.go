package bucket

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
)

// Keys calls visit for every current object below prefix, in the store's
// order, until visit returns an error, which it returns. Objects that come or
// go meanwhile may or may not be visited.
//
// It needs s3:ListBucket on the bucket.
func (b *Bucket) Keys(ctx context.Context, prefix string, visit func(objectKey, etag string, size int64) error) error {
	pages := s3.NewListObjectsV2Paginator(b.client,
		&s3.ListObjectsV2Input{Bucket: &b.name, Prefix: &prefix, EncodingType: types.EncodingTypeUrl},
		func(o *s3.ListObjectsV2PaginatorOptions) { o.StopOnDuplicateToken = true })
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return explain("ListObjectsV2", err)
		}
		for _, object := range page.Contents {
			key, err := listedKey(object.Key, page.EncodingType)
			if err != nil {
				return err
			}
			if err := visit(key, unquote(object.ETag), aws.ToInt64(object.Size)); err != nil {
				return err
			}
		}
	}
	return nil
}
