package server

import (
	"context"

	"github.com/bytepass/bytepass/runtime/api"
	"github.com/bytepass/bytepass/runtime/files"
	"github.com/bytepass/bytepass/runtime/uploads"
)

// noted are the API's ways to change the store, on a store that does not tell
// of every change: the feed is told of each key that they may have changed,
// also after an error, since an answer can be lost.
type noted struct {
	changed func(objectKey string)
}

type notedUploads struct {
	uploads.Store
	noted
}

// CompleteUpload notes the key of the upload.
func (n notedUploads) CompleteUpload(ctx context.Context, c files.Completion) (files.Completed, error) {
	defer n.changed(c.ObjectKey)
	return n.Store.CompleteUpload(ctx, c)
}

type notedDeleter struct {
	api.Deleter
	noted
}

// Delete notes the key.
func (n notedDeleter) Delete(ctx context.Context, objectKey string) (string, error) {
	defer n.changed(objectKey)
	return n.Deleter.Delete(ctx, objectKey)
}

type notedRestorer struct {
	api.Restorer
	noted
}

// RemoveMarker notes the key.
func (n notedRestorer) RemoveMarker(ctx context.Context, objectKey, versionID string) error {
	defer n.changed(objectKey)
	return n.Restorer.RemoveMarker(ctx, objectKey, versionID)
}

// CopyVersion notes the key.
func (n notedRestorer) CopyVersion(ctx context.Context, objectKey, versionID string) (string, error) {
	defer n.changed(objectKey)
	return n.Restorer.CopyVersion(ctx, objectKey, versionID)
}
