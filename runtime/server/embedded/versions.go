package embedded

import (
	"context"
	"path/filepath"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/versity/versitygw/s3response"
)

// ListObjectVersions lists the versions and delete markers of all keys that
// begin with a prefix, as S3 does: keys in byte order, those of a key newest
// first. A page begins behind the last one's end by order, so it does not
// matter whether that is still there. versitygw looks for the very version: a
// deletion beside the listing ends it early, and it says that this was all. It
// also walks the whole bucket and all of a folder for the history of one key.
//
// A page that is full says that there may be more. A marker that is a key alone
// begins at that key.
func (b *backend) ListObjectVersions(ctx context.Context, in *s3.ListObjectVersionsInput) (s3response.ListVersionsResult, error) {
	if _, err := b.HeadBucket(ctx, &s3.HeadBucketInput{Bucket: in.Bucket}); err != nil {
		return s3response.ListVersionsResult{}, err
	}
	page := versionsPage{room: int(aws.ToInt32(in.MaxKeys)), out: s3response.ListVersionsResult{
		Name: in.Bucket, Prefix: in.Prefix, Delimiter: in.Delimiter, MaxKeys: in.MaxKeys,
		KeyMarker: in.KeyMarker, VersionIdMarker: in.VersionIdMarker,
		IsTruncated: aws.Bool(false), NextKeyMarker: aws.String(""), NextVersionIdMarker: aws.String(""),
	}}
	if page.room <= 0 {
		return page.out, nil
	}
	bucket, prefix, begin := aws.ToString(in.Bucket), aws.ToString(in.Prefix), aws.ToString(in.KeyMarker)
	from := begin
	if common, grouped := commonPrefix(begin, prefix, aws.ToString(in.Delimiter)); grouped && common == begin {
		from = past(common) // it was told on the page before
	}
	for key, err := range keys(filepath.Join(b.objects, bucket), prefix, &from) {
		if err == nil {
			err = ctx.Err()
		}
		if err != nil {
			return s3response.ListVersionsResult{}, err
		}
		common, grouped := commonPrefix(key, prefix, aws.ToString(in.Delimiter))
		after, most := "", page.room
		if key == begin {
			after = aws.ToString(in.VersionIdMarker)
		}
		if grouped {
			most = 1 // there is one
		}
		found, err := b.history(bucket, key, after, most)
		if err != nil {
			return s3response.ListVersionsResult{}, err
		}
		if !grouped {
			page.add(key, found)
		} else if len(found) > 0 {
			from = past(common)
			page.addCommon(common)
		}
		if page.room == 0 {
			break
		}
	}
	return page.out, nil
}

// commonPrefix returns a key up to and with the first delimiter behind the
// prefix, if it has one there.
func commonPrefix(key, prefix, delimiter string) (string, bool) {
	if delimiter == "" {
		return "", false
	}
	before, _, found := strings.Cut(strings.TrimPrefix(key, prefix), delimiter)
	return prefix + before + delimiter, found
}

// past returns what comes behind all keys that begin with a prefix, which is not
// empty and ends within ASCII or with the rest of a character of UTF-8.
func past(prefix string) string {
	last := len(prefix) - 1
	return prefix[:last] + string([]byte{prefix[last] + 1})
}

// versionsPage is an answer that has room for so many entries more.
type versionsPage struct {
	room int
	out  s3response.ListVersionsResult
}

// add adds versions of a key; they fit.
func (p *versionsPage) add(key string, found []version) {
	for _, v := range found {
		if v.marker {
			p.out.DeleteMarkers = append(p.out.DeleteMarkers, types.DeleteMarkerEntry{
				Key: &key, VersionId: aws.String(v.id), IsLatest: aws.Bool(v.latest), LastModified: aws.Time(v.modified),
			})
		} else {
			p.out.Versions = append(p.out.Versions, s3response.ObjectVersion{
				Key: &key, VersionId: aws.String(v.id), IsLatest: aws.Bool(v.latest), LastModified: aws.Time(v.modified),
				ETag: aws.String(v.etag), Size: aws.Int64(v.size), StorageClass: types.ObjectVersionStorageClassStandard,
				ChecksumAlgorithm: []types.ChecksumAlgorithm{v.checksum.Algorithm}, ChecksumType: v.checksum.Type,
			})
		}
		p.took(key, v.id)
	}
}

// addCommon adds a prefix that keys have in common.
func (p *versionsPage) addCommon(common string) {
	p.out.CommonPrefixes = append(p.out.CommonPrefixes, types.CommonPrefix{Prefix: &common})
	p.took(common, "")
}

// took notes the last entry of the page, behind which the next one begins.
func (p *versionsPage) took(key, id string) {
	if p.room--; p.room == 0 {
		p.out.IsTruncated, p.out.NextKeyMarker, p.out.NextVersionIdMarker = aws.Bool(true), &key, &id
	}
}
