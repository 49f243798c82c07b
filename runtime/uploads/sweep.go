package uploads

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/bytepass/bytepass/runtime/files"
)

// Remains is what a sweep needs of the store.
type Remains interface {
	UnfinishedUploads(ctx context.Context, prefix string, visit func(files.Unfinished) error) error
	AbortUpload(ctx context.Context, objectKey, uploadID string) error
}

// Sweep aborts every unfinished upload of the bucket that was begun before a
// time, as a lifecycle rule does where the store has one
// (https://docs.aws.amazon.com/AmazonS3/latest/userguide/mpu-abort-incomplete-mpu-lifecycle-config.html),
// and returns how many it aborted. One that cannot be aborted keeps none of the
// others from it; the error names them all. It may run at any time, also at
// several places at once.
func Sweep(ctx context.Context, store Remains, before time.Time) (aborted int, err error) {
	var stale []files.Unfinished // a listing may not change while it is read
	err = store.UnfinishedUploads(ctx, "", func(u files.Unfinished) error {
		if u.StartedAt.Before(before) {
			stale = append(stale, u)
		}
		return nil
	})
	if err != nil {
		return 0, fmt.Errorf("list unfinished uploads: %w", err)
	}
	var errs []error
	for _, u := range stale {
		err := store.AbortUpload(ctx, u.ObjectKey, u.UploadID)
		switch {
		case err == nil:
			aborted++
		case errors.Is(err, files.ErrUploadGone): // somebody else was faster
		default:
			errs = append(errs, fmt.Errorf("abort the upload of %q: %w", u.ObjectKey, err))
		}
		if ctx.Err() != nil {
			break
		}
	}
	return aborted, errors.Join(errs...)
}
