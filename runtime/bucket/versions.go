package bucket

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"github.com/bytepass/bytepass/runtime/files"
)

// maxPage is the most that S3 lists in one answer.
const maxPage = 1000

// Versions returns the history of exactly this object key, newest first, at
// most limit entries; none if the key was never used.
//
// It needs s3:ListBucketVersions on the bucket.
func (b *Bucket) Versions(ctx context.Context, objectKey string, limit int) ([]files.Version, error) {
	var history []files.Version
	in := &s3.ListObjectVersionsInput{
		Bucket: &b.name, Prefix: &objectKey, EncodingType: types.EncodingTypeUrl,
		MaxKeys: aws.Int32(int32(min(max(limit, 1), maxPage))), //nolint:gosec // at most maxPage
	}
	for {
		page, err := b.client.ListObjectVersions(ctx, in)
		if err != nil {
			return nil, explain("ListObjectVersions", err)
		}
		entries, others, err := versionsOf(page, objectKey)
		if err != nil {
			return nil, err
		}
		history = append(history, entries...)
		// A key sorts before all that begin with it, so others end it.
		if len(history) >= limit || others || !aws.ToBool(page.IsTruncated) {
			break
		}
		next, err := listedKey(page.NextKeyMarker, page.EncodingType)
		if err != nil {
			return nil, err
		}
		if next != objectKey || aws.ToString(page.NextVersionIdMarker) == aws.ToString(in.VersionIdMarker) {
			break
		}
		in.KeyMarker, in.VersionIdMarker = &next, page.NextVersionIdMarker
	}
	newestFirst(history)
	return history[:min(len(history), limit)], nil
}

// versionsOf returns the page's entries of exactly this key, and whether the
// page holds entries of other keys.
func versionsOf(page *s3.ListObjectVersionsOutput, objectKey string) (entries []files.Version, others bool, err error) {
	for _, v := range page.Versions {
		key, err := listedKey(v.Key, page.EncodingType)
		if err != nil {
			return nil, false, err
		}
		if key != objectKey {
			others = true
			continue
		}
		entries = append(entries, files.Version{
			VersionID: aws.ToString(v.VersionId), Latest: aws.ToBool(v.IsLatest), Size: aws.ToInt64(v.Size),
			ETag: unquote(v.ETag), LastModified: aws.ToTime(v.LastModified).UTC(),
		})
	}
	for _, m := range page.DeleteMarkers {
		key, err := listedKey(m.Key, page.EncodingType)
		if err != nil {
			return nil, false, err
		}
		if key != objectKey {
			others = true
			continue
		}
		entries = append(entries, files.Version{
			VersionID: aws.ToString(m.VersionId), Latest: aws.ToBool(m.IsLatest), DeleteMarker: true,
			LastModified: aws.ToTime(m.LastModified).UTC(),
		})
	}
	return entries, others, nil
}

// newestFirst sorts a history that holds versions and markers apart, each
// newest first. S3 tells times in seconds: within one, only the latest entry
// is known for sure, and a marker is taken to be newer than the version that
// it most likely hides.
func newestFirst(history []files.Version) {
	first := func(a, b bool) int {
		switch {
		case a == b:
			return 0
		case a:
			return -1
		}
		return 1
	}
	slices.SortStableFunc(history, func(a, b files.Version) int {
		return cmp.Or(
			first(a.Latest, b.Latest),
			b.LastModified.Truncate(time.Second).Compare(a.LastModified.Truncate(time.Second)),
			first(a.DeleteMarker, b.DeleteMarker),
		)
	})
}
