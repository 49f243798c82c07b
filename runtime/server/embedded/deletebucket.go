package embedded

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"github.com/versity/versitygw/s3err"
)

// DeleteBucket removes a bucket that holds nothing. versitygw takes one for full
// that has a folder for older versions, also an empty one: of a key that had room
// made for a version, and got none.
func (b *backend) DeleteBucket(ctx context.Context, bucket string) error {
	err := b.Posix.DeleteBucket(ctx, bucket)
	if !errors.Is(err, s3err.GetBucketErr(s3err.ErrVersionedBucketNotEmpty, bucket)) {
		return err
	}
	var folders []string
	walked := filepath.WalkDir(filepath.Join(b.versions, bucket), func(path string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case !entry.IsDir():
			return fs.ErrExist
		}
		folders = append(folders, path)
		return nil
	})
	if errors.Is(walked, fs.ErrExist) {
		return err // there is a version
	}
	if walked != nil && !errors.Is(walked, fs.ErrNotExist) {
		return walked
	}
	for _, folder := range slices.Backward(folders) { // the deepest first
		if err := os.Remove(folder); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return b.Posix.DeleteBucket(ctx, bucket)
}
