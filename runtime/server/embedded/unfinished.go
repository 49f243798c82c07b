package embedded

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"

	gateway "github.com/versity/versitygw/backend"
	"github.com/versity/versitygw/backend/meta"
	"github.com/versity/versitygw/backend/posix"
)

// How versitygw's POSIX backend keeps uploads in parts: a folder for each key,
// with the key as an attribute, and a folder for each upload in it, which has
// another name while the upload is being completed:
// "<id>.<ETag>.inprogress".
const (
	keyAttribute       = "objname"
	completedAttribute = "mp-metadata" // of an object: the upload that it was
	completing         = ".inprogress"
)

// clearRemains removes what a process that was killed was writing: the bytes of
// objects and parts that never came to be.
func (b *backend) clearRemains() error {
	var errs []error
	for _, hidden := range []string{
		filepath.Join(b.objects, "*", posix.MetaTmpDir, "*"), filepath.Join(b.versions, "*", posix.MetaTmpDir, "*"),
		filepath.Join(b.objects, "*", posix.MetaTmpMultipartDir, "*", "*"),
	} {
		found, err := filepath.Glob(hidden)
		errs = append(errs, err)
		for _, path := range found {
			if info, err := os.Lstat(path); err == nil && info.Mode().IsRegular() {
				errs = append(errs, os.Remove(path))
			}
		}
	}
	if err := errors.Join(errs...); err != nil {
		return fmt.Errorf("removing unfinished objects: %w", err)
	}
	return nil
}

// resumeUploads gives back the uploads that were being completed when the
// process was killed. The gateway takes such an upload for one that somebody
// is completing, for ever: it would neither list its parts nor complete it,
// and answer with success. What became an object all the same is cleared away.
func (b *backend) resumeUploads() error {
	found, err := filepath.Glob(filepath.Join(b.objects, "*", posix.MetaTmpMultipartDir, "*", "*"+completing))
	if err != nil {
		return fmt.Errorf("looking for interrupted completions: %w", err)
	}
	for _, path := range found {
		if err := b.resumeUpload(path); err != nil {
			return fmt.Errorf("resuming an interrupted completion: %w", err)
		}
	}
	return nil
}

func (b *backend) resumeUpload(path string) error {
	inside, err := filepath.Rel(b.objects, path)
	if err != nil {
		return err
	}
	bucket, upload, _ := strings.Cut(inside, string(filepath.Separator))
	ofKey, name := filepath.Split(upload)
	id, _, _ := strings.Cut(name, ".") // a UUID
	done, err := b.became(bucket, filepath.Clean(ofKey), id)
	if err != nil {
		return err
	}
	if done {
		return errors.Join(os.RemoveAll(path), b.meta.DeleteAttributes(bucket, upload))
	}
	if err := b.meta.RenameObject(bucket, upload, filepath.Join(ofKey, id)); err != nil {
		return err
	}
	return os.Rename(path, filepath.Join(filepath.Dir(path), id))
}

// became reports whether the object of the key is what the upload became.
func (b *backend) became(bucket, ofKey, id string) (bool, error) {
	key, err := b.meta.RetrieveAttribute(nil, bucket, ofKey, keyAttribute)
	if err != nil {
		return false, err
	}
	stored, err := b.meta.RetrieveAttribute(nil, bucket, string(key), completedAttribute)
	if errors.Is(err, meta.ErrNoSuchKey) || errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ENOTDIR) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	upload, err := gateway.UnmarshalMpUploadMetadata(stored, false)
	return upload.UploadID == id, err
}
