package embedded

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/versity/versitygw/backend/posix"
	"github.com/versity/versitygw/s3err"
)

// UploadPart keeps a part that has arrived as a whole, if its upload is still
// there then. versitygw makes the upload's folder again where it is gone: the
// upload would be back, without its key and its checksums, and could neither be
// gone on with nor completed. The lock is taken when the body has arrived.
func (b *backend) UploadPart(ctx context.Context, in *s3.UploadPartInput) (*s3.UploadPartOutput, error) {
	key, upload := b.path(aws.ToString(in.Bucket), aws.ToString(in.Key)), b.uploadPath(in.Bucket, in.Key, in.UploadId)
	in.Body = whole(in.Body, in.ContentLength)
	var done func()
	defer func() {
		if done != nil {
			done()
		}
	}()
	gone := false
	out, err := b.UploadPartWithPostFunc(ctx, in, func(*os.File) error {
		done = b.locks.lock(key)
		_, err := os.Stat(upload)
		gone = errors.Is(err, fs.ErrNotExist)
		return err
	})
	if gone {
		os.Remove(filepath.Dir(upload)) // the key's folder, which held the part's bytes until now, unless it has other uploads
		return nil, s3err.GetNoSuchUploadErr(aws.ToString(in.UploadId))
	}
	return out, err
}

// AbortMultipartUpload forgets an upload while no part of it is being kept.
func (b *backend) AbortMultipartUpload(ctx context.Context, in *s3.AbortMultipartUploadInput) error {
	defer b.locks.lock(b.path(aws.ToString(in.Bucket), aws.ToString(in.Key)))()
	return b.Posix.AbortMultipartUpload(context.WithoutCancel(ctx), in)
}

// uploadPath returns the folder in which versitygw keeps the parts of an upload.
func (b *backend) uploadPath(bucket, key, id *string) string {
	sum := sha256.Sum256([]byte(aws.ToString(key)))
	return filepath.Join(b.objects, aws.ToString(bucket), posix.MetaTmpMultipartDir, hex.EncodeToString(sum[:]), aws.ToString(id))
}
