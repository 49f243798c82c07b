package embedded

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/versity/versitygw/s3response"
)

// ListObjectVersions lists what comes after a version id, as S3 does: without
// that version, and also when it is gone by now. versitygw lists the current
// version again behind itself, and nothing behind one that is gone.
//
// The history of one key waits for a change of it that is under way: a version
// that moves would be seen twice, or not at all.
func (b *backend) ListObjectVersions(ctx context.Context, in *s3.ListObjectVersionsInput) (s3response.ListVersionsResult, error) {
	if prefix := aws.ToString(in.Prefix); prefix != "" {
		defer b.locks.lock(b.path(aws.ToString(in.Bucket), prefix))()
	}
	key, marker := aws.ToString(in.KeyMarker), aws.ToString(in.VersionIdMarker)
	if key == "" || marker == "" || marker == "null" {
		return b.Posix.ListObjectVersions(ctx, in)
	}
	after, current, err := b.notOlder(aws.ToString(in.Bucket), key, marker)
	if err != nil {
		return s3response.ListVersionsResult{}, err
	}
	asked := *in
	asked.VersionIdMarker = &after // none lists the key from its current version on
	if after != "" && after == current {
		asked.MaxKeys = aws.Int32(aws.ToInt32(in.MaxKeys) + 1)
	}
	out, err := b.Posix.ListObjectVersions(ctx, &asked)
	if err != nil {
		return out, err
	}
	out.MaxKeys, out.VersionIdMarker = in.MaxKeys, in.VersionIdMarker
	out.Versions = slices.DeleteFunc(out.Versions, func(v s3response.ObjectVersion) bool {
		return aws.ToString(v.Key) == key && aws.ToString(v.VersionId) == after
	})
	out.DeleteMarkers = slices.DeleteFunc(out.DeleteMarkers, func(m types.DeleteMarkerEntry) bool {
		return aws.ToString(m.Key) == key && aws.ToString(m.VersionId) == after
	})
	return out, nil
}

// notOlder returns the version id of a key that is marker, or else the next
// newer one that is there; empty if there is none. Ids are ULIDs, so their order
// is that of time. current is the current version's.
func (b *backend) notOlder(bucket, key, marker string) (after, current string, err error) {
	entries, err := os.ReadDir(b.olderVersions(bucket, key))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return "", "", err
	}
	id, err := b.meta.RetrieveAttribute(nil, filepath.Join(b.objects, bucket), key, versionAttribute)
	if err == nil {
		current = string(id)
	} // a key without it has no current version; then the older ones decide
	for _, entry := range entries { // sorted
		if name := entry.Name(); name != "null" && name >= marker {
			return name, current, nil
		}
	}
	if current >= marker {
		after = current
	}
	return after, current, nil
}
