package server

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/bytepass/bytepass/runtime/catalog/sql"
	"github.com/bytepass/bytepass/runtime/ingest"
	"github.com/bytepass/bytepass/runtime/server/embedded"
	"github.com/bytepass/bytepass/runtime/server/folder"

	"github.com/bytepass/bytepass/runtime/bucket"
)

// keep is how long the catalog remembers a deleted key. It has to outlive the
// versions that could be restored, and those of a store without lifecycle live
// as long as the store.
const keep = 100 * 365 * 24 * time.Hour

func newProjector(b *bucket.Bucket, name string, c *sql.Catalog, log *slog.Logger, now func() time.Time) *ingest.Projector {
	return ingest.New(ingest.Config{Bucket: b, Catalog: c, Name: name, Keep: keep, Log: log, Now: now})
}

// Reconcile compares the catalog of a data folder with its store, and mends the
// catalog. It works beside a server that serves the folder; without one it
// starts the store for itself. database is that of Config; progress may be nil.
func Reconcile(ctx context.Context, data, database string, log *slog.Logger, now func() time.Time, progress func(ingest.Counts)) (counts ingest.Counts, err error) {
	f, err := folder.Open(data, false)
	if err != nil {
		return ingest.Counts{}, err
	}
	endpoint, stop, err := reachStore(ctx, f, log)
	if err != nil {
		return ingest.Counts{}, err
	}
	defer closing(&err, stop)
	keys, err := f.Keys()
	if err != nil {
		return ingest.Counts{}, err
	}
	c, err := openCatalog(ctx, Config{Database: database, Log: log, Now: now}, f)
	if err != nil {
		return ingest.Counts{}, err
	}
	defer closing(&err, c.Close)
	b := bucket.New(embedded.NewClient(endpoint, keys.AccessKey, keys.SecretKey), Bucket)
	return newProjector(b, Bucket, c, log, now).Reconcile(ctx, b, ingest.Sweep{Progress: progress})
}

// reachStore returns the URL of the folder's store: that of the process that
// serves it, or of one that runs until stop.
func reachStore(ctx context.Context, f *folder.Folder, log *slog.Logger) (endpoint string, stop func() error, err error) {
	unlock, err := f.Lock()
	if errors.Is(err, folder.ErrInUse) {
		state, err := f.State()
		return "http://" + state.S3Listen, func() error { return nil }, err
	}
	if err != nil {
		return "", nil, err
	}
	state, err := f.State()
	if err != nil {
		return "", nil, errors.Join(err, unlock())
	}
	// What changes beside this reconcile, it sees itself.
	store, err := startStore(ctx, Config{Log: log}, f, state.Listen, func(string) {})
	if err != nil {
		return "", nil, errors.Join(err, unlock())
	}
	return store.Endpoint(), func() error { return errors.Join(store.Close(), unlock()) }, nil
}
