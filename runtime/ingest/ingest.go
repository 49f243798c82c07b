// Package ingest keeps the catalog equal to the bucket. An event, in whatever
// dialect it arrives, says only that something happened to a key; the object's
// head says what is true, and the catalog takes it on the condition that
// nobody was faster. So order, duplicates, delays and concurrent workers do
// not matter (see Projector).
package ingest

import (
	"context"

	"github.com/bytepass/bytepass/runtime/catalog"
	"github.com/bytepass/bytepass/runtime/files"
)

// Bucket is what ingest needs of the store.
type Bucket interface {
	// Head returns the object's current version. found is false only when the
	// store said 404; 403, 5xx and timeouts are errors to retry.
	Head(ctx context.Context, objectKey string) (head files.Head, found bool, err error)
	// DeleteIfMatch puts a delete marker on the object if its current version
	// has this ETag, and returns files.ErrChanged otherwise.
	DeleteIfMatch(ctx context.Context, objectKey, etag string) error
}

// Lister finds the keys of a bucket, for Reconcile.
type Lister interface {
	// Keys calls visit for every current object below prefix, in the store's
	// order, until visit returns an error, which it returns.
	Keys(ctx context.Context, prefix string, visit func(objectKey, etag string, size int64) error) error
}

// Catalog is what ingest needs of the catalog.
type Catalog interface {
	Get(ctx context.Context, space files.Space, key files.Key) (files.Record, catalog.Revision, error)
	Put(ctx context.Context, r files.Record, was catalog.Revision) error
	Walk(ctx context.Context, visit func(files.Record, catalog.Revision) error) error
}
