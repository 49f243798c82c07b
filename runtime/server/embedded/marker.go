package embedded

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/oklog/ulid/v2"
	gateway "github.com/versity/versitygw/backend"
	"github.com/versity/versitygw/backend/posix"
)

// mark deletes an object recoverably in two steps that take no time, whatever
// its size: its file becomes a noncurrent version by a second name, and an
// empty file that is a delete marker takes its place. versitygw copies the file
// and then makes the original the marker, which takes seconds for gigabytes,
// keeps them twice, and changes when they were uploaded. handled is false when
// the gateway itself has to do it: something else is meant than marking a
// version that it wrote, or the file system cannot do this.
func (b *backend) mark(ctx context.Context, in *s3.DeleteObjectInput) (out *s3.DeleteObjectOutput, handled bool, err error) {
	bucket, key := aws.ToString(in.Bucket), aws.ToString(in.Key)
	if !b.atomic || aws.ToString(in.VersionId) != "" || strings.HasSuffix(key, "/") {
		return nil, false, nil
	}
	versioning, err := b.GetBucketVersioning(ctx, bucket)
	if err != nil || versioning.Status == nil || *versioning.Status != types.BucketVersioningStatusEnabled {
		return nil, false, nil
	}
	path, folder := b.path(bucket, key), filepath.Join(b.objects, bucket)
	info, err := os.Stat(path)
	if err != nil || !info.Mode().IsRegular() {
		return nil, false, nil
	}
	current, err := b.meta.RetrieveAttribute(nil, folder, key, versionAttribute)
	if err != nil {
		return nil, false, nil
	}
	etag, err := b.meta.RetrieveAttribute(nil, folder, key, etagAttribute)
	if err != nil {
		return nil, false, nil
	}
	err = gateway.EvaluateObjectDeletePreconditions(string(etag), info.ModTime(), info.Size(), gateway.ObjectDeletePreconditions{
		IfMatch: in.IfMatch, IfMatchLastModTime: in.IfMatchLastModifiedTime, IfMatchSize: in.IfMatchSize,
	})
	if err != nil {
		return nil, true, err
	}
	older := b.olderVersions(bucket, key)
	if err := b.makeRoom(bucket, key); err != nil {
		return nil, true, err
	}
	// A process that was killed between the two steps has left this name.
	if err := os.Link(path, filepath.Join(older, string(current))); err != nil && !errors.Is(err, fs.ErrExist) {
		return nil, false, nil
	}
	version := ulid.Make().String()
	if err := b.placeMarker(folder, path, version); err != nil {
		return nil, true, err
	}
	return &s3.DeleteObjectOutput{DeleteMarker: aws.Bool(true), VersionId: &version}, true, nil
}

// placeMarker puts a delete marker of this version in the place of path.
func (b *backend) placeMarker(folder, path, version string) error {
	hidden := filepath.Join(folder, posix.MetaTmpDir)
	if err := os.MkdirAll(hidden, 0o700); err != nil {
		return err
	}
	f, err := os.CreateTemp(hidden, "marker-*")
	if err != nil {
		return err
	}
	err = errors.Join(
		b.meta.StoreAttribute(f, "", "", versionAttribute, []byte(version)),
		b.meta.StoreAttribute(f, "", "", markerAttribute, nil),
		f.Sync(), f.Close())
	if err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		return errors.Join(err, os.Remove(f.Name()))
	}
	return nil
}
