package embedded

import (
	"context"
	"errors"
	"path/filepath"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/versity/versitygw/s3err"
	"github.com/versity/versitygw/s3response"
)

// DeleteObject marks a key deleted, or removes one of its versions for good.
func (b *backend) DeleteObject(ctx context.Context, in *s3.DeleteObjectInput) (*s3.DeleteObjectOutput, error) {
	bucket, key := aws.ToString(in.Bucket), aws.ToString(in.Key)
	defer b.exclusive(bucket, key)()
	out, err := b.delete(context.WithoutCancel(ctx), in)
	if err != nil {
		return nil, err
	}
	return out, b.flushAround(bucket, key)
}

// DeleteObjects does with each of the keys what DeleteObject does, and puts all
// of it on the disk at the end. versitygw restores what is below a version that
// goes by a copy, and a process that is killed meanwhile has lost it.
func (b *backend) DeleteObjects(ctx context.Context, in *s3.DeleteObjectsInput) (s3response.DeleteResult, error) {
	bucket, keys := aws.ToString(in.Bucket), make([]string, len(in.Delete.Objects))
	for i, object := range in.Delete.Objects {
		keys[i] = aws.ToString(object.Key)
	}
	defer b.exclusive(bucket, keys...)()
	result := s3response.DeleteResult{Deleted: []types.DeletedObject{}, Error: []types.Error{}}
	for _, object := range in.Delete.Objects {
		out, err := b.delete(context.WithoutCancel(ctx), &s3.DeleteObjectInput{Bucket: in.Bucket, Key: object.Key, VersionId: object.VersionId})
		if err != nil {
			result.Error = append(result.Error, s3err.ObjectDeleteError(object.Key, object.VersionId, err))
			continue
		}
		deleted := types.DeletedObject{Key: object.Key, VersionId: object.VersionId, DeleteMarker: out.DeleteMarker}
		if aws.ToBool(out.DeleteMarker) {
			deleted.DeleteMarkerVersionId = out.VersionId
		}
		result.Deleted = append(result.Deleted, deleted)
	}
	return result, b.flushAround(bucket, keys...)
}

// delete does a deletion; whoever calls it is alone with the key, and flushes.
func (b *backend) delete(ctx context.Context, in *s3.DeleteObjectInput) (*s3.DeleteObjectOutput, error) {
	if out, handled, err := b.removeCurrent(in); handled {
		return out, err
	}
	if out, handled, err := b.mark(ctx, in); handled {
		return out, err
	}
	if aws.ToString(in.VersionId) != "" { // what goes needs no room
		return b.Posix.DeleteObject(ctx, in)
	}
	if err := b.makeRoom(aws.ToString(in.Bucket), aws.ToString(in.Key)); err != nil {
		return nil, err
	}
	return b.Posix.DeleteObject(ctx, in)
}

// flushAround puts the names of keys and of their older versions on the disk.
func (b *backend) flushAround(bucket string, keys ...string) error {
	var errs []error
	done := map[string]bool{}
	for _, key := range keys {
		for _, folder := range []string{b.olderVersions(bucket, key), filepath.Dir(b.path(bucket, key))} {
			if !done[folder] {
				done[folder] = true
				errs = append(errs, b.flush(folder))
			}
		}
	}
	return errors.Join(errs...)
}
