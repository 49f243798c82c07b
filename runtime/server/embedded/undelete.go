package embedded

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
)

// Attributes by which versitygw's POSIX backend keeps versions.
const (
	versionAttribute   = "version-id"
	markerAttribute    = "delete-marker"
	etagAttribute      = "etag"
	checksumsAttribute = "checksums" // JSON of the gateway
)

// undelete removes the current version of a key when that is asked for and an
// older one is there to take its place, in one step: the older version's file
// is renamed over the current one's. versitygw removes the one and then copies
// the other, and a process that is killed in between has lost the key with all
// its versions. handled is false when the gateway itself has to do it: another
// version is meant, there is no older one, the request has conditions, or the
// attributes do not move with a file.
func (b *backend) undelete(in *s3.DeleteObjectInput) (out *s3.DeleteObjectOutput, handled bool, err error) {
	bucket, key, version := aws.ToString(in.Bucket), aws.ToString(in.Key), aws.ToString(in.VersionId)
	if !b.atomic || version == "" || in.IfMatch != nil || in.IfMatchLastModifiedTime != nil || in.IfMatchSize != nil {
		return nil, false, nil
	}
	folder := filepath.Join(b.objects, bucket)
	current, err := b.meta.RetrieveAttribute(nil, folder, key, versionAttribute)
	if err != nil || string(current) != version {
		return nil, false, nil
	}
	_, err = b.meta.RetrieveAttribute(nil, folder, key, markerAttribute)
	marker := err == nil
	older := b.olderVersions(bucket, key)
	entries, err := os.ReadDir(older) // sorted: version ids are ULIDs, so the newest is the last
	if last := len(entries) - 1; last >= 0 && entries[last].Name() == version {
		// The second name of the version itself, of a process that was killed
		// while it marked the key.
		if err := os.Remove(filepath.Join(older, version)); err != nil {
			return nil, true, fmt.Errorf("removing the second name of a version: %w", err)
		}
		entries = entries[:last]
	}
	if len(entries) == 0 {
		return nil, false, nil
	}
	if err != nil {
		return nil, true, fmt.Errorf("reading the versions of a key: %w", err)
	}
	path := b.path(bucket, key)
	if err := os.Rename(filepath.Join(older, entries[len(entries)-1].Name()), path); err != nil {
		return nil, true, fmt.Errorf("putting the older version in place: %w", err)
	}
	removeEmpty(older, filepath.Join(b.versions, bucket))
	return &s3.DeleteObjectOutput{DeleteMarker: &marker, VersionId: in.VersionId}, true, nil
}

// olderVersions returns the folder in which versitygw keeps the noncurrent
// versions of a key, one file each, named by its version id.
func (b *backend) olderVersions(bucket, key string) string {
	sum := fmt.Sprintf("%x", sha256.Sum256([]byte(key)))
	return filepath.Join(b.versions, bucket, sum[:2], sum[2:4], sum[4:6], sum)
}

// makeRoom makes the folder of a key's noncurrent versions if the key has a
// version to put there; whoever calls it is alone with the key. The folders
// above it are others' too, who remove them when they are empty, also between
// two steps of MkdirAll. Once this one is there they stay.
func (b *backend) makeRoom(bucket, key string) error {
	if info, err := os.Lstat(b.path(bucket, key)); err != nil || !info.Mode().IsRegular() {
		return nil // what is wrong there is told by what comes next
	}
	var err error
	for range maxRoomTries {
		if err = os.MkdirAll(b.olderVersions(bucket, key), 0o700); !errors.Is(err, fs.ErrNotExist) {
			break
		}
	}
	return err
}

// maxRoomTries is how often a folder is tried to make that others remove; each
// try that fails means that somebody else has just removed a version for good.
const maxRoomTries = 1000

// removeEmpty removes folder and the folders above it, up to but not including
// top, as long as they are empty.
func removeEmpty(folder, top string) {
	for folder != top {
		if err := os.Remove(folder); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return
		}
		folder = filepath.Dir(folder)
	}
}
