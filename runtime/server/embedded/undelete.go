package embedded

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

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

// removeCurrent removes the current version of a key for good when that is asked
// for, and puts the newest older one in its place. Where attributes are in the
// files that is one step: the older version's file is renamed over the current
// one's. versitygw removes the one and then copies the other, and a process that
// is killed in between, or one whose folder goes meanwhile, has lost the key with
// all its versions. handled is false when the gateway itself has to do it: another
// version is meant, or the request has conditions.
func (b *backend) removeCurrent(in *s3.DeleteObjectInput) (out *s3.DeleteObjectOutput, handled bool, err error) {
	bucket, key, version := aws.ToString(in.Bucket), aws.ToString(in.Key), aws.ToString(in.VersionId)
	if version == "" || strings.HasSuffix(key, "/") || in.IfMatch != nil || in.IfMatchLastModifiedTime != nil || in.IfMatchSize != nil {
		return nil, false, nil
	}
	path := b.path(bucket, key)
	if info, err := os.Lstat(path); err != nil || !info.Mode().IsRegular() {
		return nil, false, nil
	}
	current, err := b.attribute(bucket, key, versionAttribute)
	if err != nil || string(current) != version {
		return nil, false, nil
	}
	marked, err := b.attribute(bucket, key, markerAttribute)
	if err != nil {
		return nil, true, err
	}
	marker := marked != nil
	older := b.olderVersions(bucket, key)
	entries, err := os.ReadDir(older) // sorted: version ids are ULIDs, so the newest is the last
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, true, fmt.Errorf("reading the versions of a key: %w", err)
	}
	if last := len(entries) - 1; last >= 0 && entries[last].Name() == version {
		// The second name of the version itself, of a process that was killed
		// while it marked the key.
		if err := os.Remove(filepath.Join(older, version)); err != nil {
			return nil, true, fmt.Errorf("removing the second name of a version: %w", err)
		}
		entries = entries[:last]
	}
	if len(entries) > 0 {
		err = b.putInPlace(bucket, key, older, entries[len(entries)-1].Name())
	} else {
		err = b.removeLast(bucket, key)
	}
	if err != nil {
		return nil, true, err
	}
	removeEmpty(older, filepath.Join(b.versions, bucket))
	return &s3.DeleteObjectOutput{DeleteMarker: &marker, VersionId: in.VersionId}, true, nil
}

// putInPlace puts an older version of a key in the place of the current one.
// Where attributes are beside the files they come first: of a process that is
// killed before the file follows, it still is among the older ones.
func (b *backend) putInPlace(bucket, key, older, version string) error {
	if !b.atomic {
		if err := b.replaceAttributes(older, version, bucket, key); err != nil {
			return fmt.Errorf("putting the older version's attributes in place: %w", err)
		}
	}
	if err := os.Rename(filepath.Join(older, version), b.path(bucket, key)); err != nil {
		return fmt.Errorf("putting the older version in place: %w", err)
	}
	if b.atomic {
		return nil
	}
	return b.meta.DeleteAttributes(older, version)
}

// removeLast removes the one version that a key has, and the folders that held
// nothing else.
func (b *backend) removeLast(bucket, key string) error {
	if err := os.Remove(b.path(bucket, key)); err != nil {
		return fmt.Errorf("removing the last version of a key: %w", err)
	}
	b.removeFolder(bucket, key)
	if b.atomic {
		return nil
	}
	return b.meta.DeleteAttributes(bucket, key)
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
