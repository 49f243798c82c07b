package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
)

// versionedBucket is what empty needs of S3.
type versionedBucket interface {
	ListObjectVersions(context.Context, *s3.ListObjectVersionsInput, ...func(*s3.Options)) (*s3.ListObjectVersionsOutput, error)
	DeleteObjects(context.Context, *s3.DeleteObjectsInput, ...func(*s3.Options)) (*s3.DeleteObjectsOutput, error)
}

// empty deletes every version and every delete marker of a bucket, a page of at
// most 1,000 at a time, and returns how many. A bucket that is not there is
// empty. It begins every page at the start, so it can be repeated after any
// failure, and objects that are put meanwhile go too.
func empty(ctx context.Context, bucket versionedBucket, name string) (deleted int, err error) {
	for {
		page, err := bucket.ListObjectVersions(ctx, &s3.ListObjectVersionsInput{Bucket: &name})
		if code(err) == "NoSuchBucket" {
			return deleted, nil
		}
		if err != nil {
			return deleted, fmt.Errorf("the versions in %s could not be listed: %w", name, err)
		}
		versions := identifiers(page)
		if len(versions) == 0 {
			return deleted, nil
		}
		out, err := bucket.DeleteObjects(ctx, &s3.DeleteObjectsInput{
			Bucket: &name,
			Delete: &types.Delete{Objects: versions, Quiet: aws.Bool(true)},
		})
		if err != nil {
			return deleted, fmt.Errorf("the versions in %s could not be deleted: %w", name, err)
		}
		deleted += len(versions) - len(out.Errors)
		if len(out.Errors) > 0 {
			first := out.Errors[0]
			return deleted, fmt.Errorf("%d versions in %s could not be deleted, the first because of %s: %s",
				len(out.Errors), name, aws.ToString(first.Code), aws.ToString(first.Message))
		}
	}
}

func identifiers(page *s3.ListObjectVersionsOutput) []types.ObjectIdentifier {
	all := make([]types.ObjectIdentifier, 0, len(page.Versions)+len(page.DeleteMarkers))
	for _, v := range page.Versions {
		all = append(all, types.ObjectIdentifier{Key: v.Key, VersionId: v.VersionId})
	}
	for _, m := range page.DeleteMarkers {
		all = append(all, types.ObjectIdentifier{Key: m.Key, VersionId: m.VersionId})
	}
	return all
}

// code returns the error code that S3 answered with, or "".
func code(err error) string {
	var answer interface{ ErrorCode() string }
	if !errors.As(err, &answer) {
		return ""
	}
	return answer.ErrorCode()
}
