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
	"github.com/versity/versitygw/backend/meta"
	"github.com/versity/versitygw/backend/posix"
	"github.com/versity/versitygw/s3response"
)

// backend is versitygw's POSIX backend with what Bytepass needs beyond it.
//
// Changes of a key exclude each other. versitygw marks an object deleted by
// attributes of the file that it finds at the time, so a PUT that commits
// between its look and its mark would be acknowledged and lost. A PUT takes the
// lock only to commit, after its body has arrived: a slow client delays nobody.
//
// What is acknowledged is on the disk, with its attributes and its name.
//
// A change that has begun is finished when the gateway stops, which ends the
// contexts of all requests at once.
//
// Every change of a key is told, also one that failed half-way.
type backend struct {
	*posix.Posix
	meta     meta.MetadataStorer
	objects  string // folder of the buckets
	versions string // folder of the noncurrent versions
	atomic   bool   // attributes move with their file, see removeCurrent
	locks    keyLocks
	folders  folders // of the objects
	underWay underWay
	changed  func(bucket, key string)
}

func (b *backend) PutObject(ctx context.Context, in s3response.PutObjectInput) (s3response.PutObjectOutput, error) {
	bucket, key := aws.ToString(in.Bucket), aws.ToString(in.Key)
	in.Body = whole(in.Body, in.ContentLength)
	in.Metadata = withQueryMetadata(ctx, in.Metadata)
	var done func()
	defer func() {
		if done != nil {
			done()
		}
	}()
	defer b.needFolder(bucket, key)()
	out, err := b.PutObjectWithPostFunc(context.WithoutCancel(ctx), in, func(body *os.File) error {
		if err := body.Sync(); err != nil {
			return err // before the lock: this is what takes time
		}
		done = b.exclusive(bucket, key)
		return b.makeRoom(bucket, key)
	})
	if err != nil {
		return out, err
	}
	return out, b.settle(bucket, key)
}

func (b *backend) CompleteMultipartUpload(ctx context.Context, in *s3.CompleteMultipartUploadInput) (s3response.CompleteMultipartUploadResult, string, error) {
	bucket, key := aws.ToString(in.Bucket), aws.ToString(in.Key)
	defer b.exclusive(bucket, key)()
	defer b.needFolder(bucket, key)()
	if err := b.makeRoom(bucket, key); err != nil {
		return s3response.CompleteMultipartUploadResult{}, "", err
	}
	out, version, err := b.Posix.CompleteMultipartUpload(context.WithoutCancel(ctx), in)
	if err != nil {
		return out, version, err
	}
	return out, version, b.settle(bucket, key)
}

// exclusive waits until this change is alone with the keys; what it returns
// ends that and tells that they have changed.
func (b *backend) exclusive(bucket string, keys ...string) (done func()) {
	paths := make([]string, len(keys))
	for i, key := range keys {
		paths[i] = b.path(bucket, key)
	}
	unlock := b.locks.lock(paths...)
	return func() {
		unlock()
		for _, key := range keys {
			// The gateway's strings are views of its request's buffer, which the
			// next request overwrites.
			b.changed(strings.Clone(bucket), strings.Clone(key))
		}
	}
}

func (b *backend) path(bucket, key string) string { return filepath.Join(b.objects, bucket, key) }

// settle finishes a change that made a new current version: the file and its
// name go to the disk, and a delete marker that stood there is forgotten, which
// versitygw leaves to the attributes' moving with the file.
func (b *backend) settle(bucket, key string) error {
	if !b.atomic {
		err := b.meta.DeleteAttribute(bucket, key, markerAttribute)
		if err != nil && !errors.Is(err, meta.ErrNoSuchKey) {
			return err
		}
	}
	path := b.path(bucket, key)
	return errors.Join(b.flush(path), b.flush(filepath.Dir(path)))
}

// flush puts a file, or the names in a folder, on the disk. What is gone by
// now needs no flushing, and not every system can flush a folder.
func (b *backend) flush(path string) error {
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	defer f.Close()
	if err := f.Sync(); err != nil && !errors.Is(err, errors.ErrUnsupported) && !errors.Is(err, fs.ErrInvalid) {
		return err
	}
	return nil
}
