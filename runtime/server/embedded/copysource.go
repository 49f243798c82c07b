package embedded

import (
	"context"
	"errors"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/oklog/ulid/v2"
	"github.com/versity/versitygw/backend/posix"
	"github.com/versity/versitygw/s3err"
	"github.com/versity/versitygw/s3response"
)

// versionQuery stands between a copy source's key and its version.
const versionQuery = "?versionId="

// CopyObject copies an object or one of its versions, up to 5 GiB.
func (b *backend) CopyObject(ctx context.Context, in s3response.CopyObjectInput) (s3response.CopyObjectOutput, error) {
	bucket, key := aws.ToString(in.Bucket), aws.ToString(in.Key)
	alias, version, err := b.readableSource(aws.ToString(in.CopySource))
	if err != nil {
		return s3response.CopyObjectOutput{}, err
	}
	if alias != "" {
		defer b.forget(alias)
		in.CopySource = &alias
	}
	defer b.exclusive(bucket, key)()
	defer b.needFolder(bucket, key)()
	if err := b.makeRoom(bucket, key); err != nil {
		return s3response.CopyObjectOutput{}, err
	}
	out, err := b.Posix.CopyObject(context.WithoutCancel(ctx), in)
	if err != nil {
		return out, err
	}
	if alias != "" {
		out.CopySourceVersionId = &version
	}
	return out, b.settle(bucket, key)
}

// UploadPartCopy copies a part of an object or of one of its versions.
func (b *backend) UploadPartCopy(ctx context.Context, in *s3.UploadPartCopyInput) (s3response.CopyPartResult, error) {
	alias, version, err := b.readableSource(aws.ToString(in.CopySource))
	if err != nil {
		return s3response.CopyPartResult{}, err
	}
	if alias == "" {
		return b.Posix.UploadPartCopy(ctx, in)
	}
	defer b.forget(alias)
	asked := *in
	asked.CopySource = &alias
	out, err := b.Posix.UploadPartCopy(ctx, &asked)
	out.CopySourceVersionId = version
	return out, err
}

// readableSource returns the copy source of a hidden second name of what source
// means, to copy from and then to forget, and the version that is meant; empty
// when the gateway can read source itself. It cannot where the key holds
// "?versionId=": it decodes the source first and then takes that for the end of
// the key. In the encoded source it is
// (https://docs.aws.amazon.com/AmazonS3/latest/API/API_CopyObject.html).
func (b *backend) readableSource(source string) (alias, version string, err error) {
	name, version, _ := strings.Cut(source, versionQuery)
	name, err = url.QueryUnescape(strings.TrimPrefix(name, "/"))
	bucket, key, _ := strings.Cut(name, "/")
	if err != nil || !strings.Contains(key, versionQuery) {
		return "", "", nil // what is wrong with it the gateway says
	}
	if version, err = url.QueryUnescape(version); err != nil {
		return "", "", s3err.GetInvalidArgumentErr(s3err.InvalidArgCopySourceEncoding, source)
	}
	if !fs.ValidPath(name) || strings.Contains(version, "/") || version == ".." || reserved(key, Attributes) != "" {
		return "", "", s3err.GetInvalidArgumentErr(s3err.InvalidArgCopySourceObject, source)
	}
	hidden := filepath.Join(posix.MetaTmpDir, "copy-"+ulid.Make().String())
	defer b.locks.lock(b.path(bucket, key))()
	folder, file := bucket, key
	if current, err := b.currentID(bucket, key); version != "" && (err != nil || current != version) {
		folder, file = b.olderVersions(bucket, key), version
	}
	if marker, err := b.attribute(folder, file, markerAttribute); err == nil && marker != nil {
		return "", "", noSuchSource(key, version)
	}
	err = errors.Join(os.MkdirAll(b.path(bucket, posix.MetaTmpDir), 0o700), os.Link(b.file(folder, file), b.path(bucket, hidden)))
	if errors.Is(err, fs.ErrNotExist) {
		return "", "", noSuchSource(key, version)
	}
	alias = bucket + "/" + filepath.ToSlash(hidden)
	if err == nil && !b.atomic {
		err = b.copyAttributes(folder, file, bucket, hidden)
	}
	if err != nil {
		b.forget(alias)
		return "", "", err
	}
	return alias, version, nil
}

// noSuchSource is the error of a source that is not there or is a delete marker.
func noSuchSource(key, version string) error {
	if version == "" {
		return s3err.GetAPIError(s3err.ErrNoSuchKey)
	}
	return s3err.GetNoSuchVersionErr(key, version)
}

// file returns the path of a file of a bucket, or of a folder of versions.
func (b *backend) file(folder, name string) string {
	if filepath.IsAbs(folder) {
		return filepath.Join(folder, name)
	}
	return b.path(folder, name)
}

// copyAttributes gives a file the attributes of another, where they do not
// belong to the file.
func (b *backend) copyAttributes(folder, name, bucket, to string) error {
	names, err := b.meta.ListAttributes(folder, name)
	for _, attribute := range names {
		value, failed := b.meta.RetrieveAttribute(nil, folder, name, attribute)
		if failed == nil {
			failed = b.meta.StoreAttribute(nil, bucket, to, attribute, value)
		}
		err = errors.Join(err, failed)
	}
	return err
}

// replaceAttributes gives a file the attributes of another and no others, where
// they do not belong to the file.
func (b *backend) replaceAttributes(folder, name, bucket, to string) error {
	wanted, err := b.meta.ListAttributes(folder, name)
	if err != nil {
		return err
	}
	there, err := b.meta.ListAttributes(bucket, to)
	if err == nil {
		err = b.copyAttributes(folder, name, bucket, to)
	}
	for _, attribute := range there {
		if err == nil && !slices.Contains(wanted, attribute) {
			err = b.meta.DeleteAttribute(bucket, to, attribute)
		}
	}
	return err
}

// forget removes a second name. What a process leaves that is killed before it
// is removed at the next start.
func (b *backend) forget(alias string) {
	bucket, hidden, _ := strings.Cut(alias, "/")
	_ = os.Remove(b.path(bucket, hidden))
	_ = b.meta.DeleteAttributes(bucket, hidden)
}
