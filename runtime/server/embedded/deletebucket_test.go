package embedded

import (
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
)

// A bucket can be removed when its last version has gone, and not before.
func TestDeleteBucket(t *testing.T) {
	both(t, func(t *testing.T, c *s3.Client, _ *told) {
		name, key := aws.String("for-a-while"), aws.String("u/a")
		put := func() {
			if _, err := c.PutObject(t.Context(), &s3.PutObjectInput{Bucket: name, Key: key, Body: strings.NewReader("x")}); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := c.CreateBucket(t.Context(), &s3.CreateBucketInput{Bucket: name}); err != nil {
			t.Fatal(err)
		}
		put()
		if _, err := c.PutBucketVersioning(t.Context(), &s3.PutBucketVersioningInput{Bucket: name, VersioningConfiguration: &types.VersioningConfiguration{Status: types.BucketVersioningStatusEnabled}}); err != nil {
			t.Fatal(err)
		}
		put()
		list, err := c.ListObjectVersions(t.Context(), &s3.ListObjectVersionsInput{Bucket: name})
		if err != nil || len(list.Versions) != 2 {
			t.Fatalf("there are %+v, %v", list, err)
		}
		for _, v := range list.Versions {
			if _, err := c.DeleteBucket(t.Context(), &s3.DeleteBucketInput{Bucket: name}); err == nil || !strings.Contains(err.Error(), "BucketNotEmpty") {
				t.Errorf("with %s in it: %v", *v.VersionId, err)
			}
			if _, err := c.DeleteObject(t.Context(), &s3.DeleteObjectInput{Bucket: name, Key: key, VersionId: v.VersionId}); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := c.DeleteBucket(t.Context(), &s3.DeleteBucketInput{Bucket: name}); err != nil {
			t.Error(err)
		}
	})
}
