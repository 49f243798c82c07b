package bucket

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"github.com/bytepass/bytepass/runtime/files"
)

// maxPage is the most that S3 lists in one answer.
const maxPage = 1000

// Versions returns a page of the history of exactly this object key, newest
// first: at most limit entries, 1,000 if that is more, from the one behind the
// version id after, or from the newest if that is empty. next is what the next
// page comes after, empty if there is none. A key that was never used has no
// history. The error is a *files.Problem with CodeInvalidCursor if the store
// cannot make anything of after.
//
// It needs s3:ListBucketVersions on the bucket.
func (b *Bucket) Versions(ctx context.Context, objectKey, after string, limit int) (history []files.Version, next string, err error) {
	limit = min(max(limit, 1), maxPage)
	in := &s3.ListObjectVersionsInput{
		Bucket: &b.name, Prefix: &objectKey, EncodingType: types.EncodingTypeUrl,
	}
	if after != "" {
		in.KeyMarker, in.VersionIdMarker = &objectKey, &after
	}
	for repeated := 0; ; {
		in.MaxKeys = aws.Int32(int32(limit - len(history) + repeated)) //nolint:gosec // at most maxPage and one
		page, err := b.client.ListObjectVersions(ctx, in)
		if err != nil && after != "" && isOne(err, "InvalidArgument") {
			return nil, "", files.Problemf(files.CodeInvalidCursor, "cursor", "the store does not know where this page begins; start without a cursor and follow the Link header")
		}
		if err != nil {
			return nil, "", explain("ListObjectVersions", err)
		}
		entries, others, err := versionsOf(page, objectKey)
		if err != nil {
			return nil, "", err
		}
		// versitygw lists the current version again behind itself.
		if i := slices.IndexFunc(entries, func(v files.Version) bool { return v.VersionID == aws.ToString(in.VersionIdMarker) }); i >= 0 {
			if repeated == 0 {
				repeated = 1
				continue
			}
			entries = slices.Delete(entries, i, i+1)
		}
		repeated = 0
		history = append(history, entries...)
		// The page's own end counts, not the last entry's id: versions and
		// markers of one second are not told in their order.
		next = aws.ToString(page.NextVersionIdMarker)
		// A key sorts before all that begin with it, so others end it. MinIO
		// writes a note of its own behind the key where the next page begins.
		if others || !aws.ToBool(page.IsTruncated) || !endsIn(page, objectKey) || next == aws.ToString(in.VersionIdMarker) {
			next = ""
			break
		}
		if len(history) >= limit {
			break
		}
		in.KeyMarker, in.VersionIdMarker = &objectKey, aws.String(next)
	}
	newestFirst(history)
	return history, next, nil
}

// endsIn reports whether a page ends within the history of a key, or of one
// that begins so. Ceph 16 encodes the keys of a page, but not that of its end.
func endsIn(page *s3.ListObjectVersionsOutput, objectKey string) bool {
	end, err := listedKey(page.NextKeyMarker, page.EncodingType)
	return err == nil && strings.HasPrefix(end, objectKey) || strings.HasPrefix(aws.ToString(page.NextKeyMarker), objectKey)
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

// newestFirst merges a history that holds versions and markers apart, each
// newest first, which stays their order: a store may give a version the time at
// which it was replaced. S3 tells times in seconds: within one, only the latest
// entry is known for sure, and a marker is taken to be newer than the version
// that it most likely hides.
func newestFirst(history []files.Version) {
	var markers, versions []files.Version
	for _, v := range history {
		if v.DeleteMarker {
			markers = append(markers, v)
		} else {
			versions = append(versions, v)
		}
	}
	newer := func(marker, version files.Version) bool {
		if marker.Latest != version.Latest {
			return marker.Latest
		}
		return !marker.LastModified.Truncate(time.Second).Before(version.LastModified.Truncate(time.Second))
	}
	for i := range history {
		if len(versions) == 0 || len(markers) > 0 && newer(markers[0], versions[0]) {
			history[i], markers = markers[0], markers[1:]
		} else {
			history[i], versions = versions[0], versions[1:]
		}
	}
}
