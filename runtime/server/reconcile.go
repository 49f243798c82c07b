package server

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/s3"

	"github.com/bytepass/bytepass/runtime/bucket"
	"github.com/bytepass/bytepass/runtime/catalog/sql"
	"github.com/bytepass/bytepass/runtime/ingest"
	"github.com/bytepass/bytepass/runtime/server/embedded"
	"github.com/bytepass/bytepass/runtime/server/folder"
)

// keep is how long the catalog remembers a deleted key. It has to outlive the
// versions that could be restored, and those of a store without lifecycle live
// as long as the store.
const keep = 100 * 365 * 24 * time.Hour

func newProjector(b *bucket.Bucket, name string, c *sql.Catalog, log *slog.Logger, now func() time.Time) *ingest.Projector {
	return ingest.New(ingest.Config{Bucket: b, Catalog: c, Name: name, Keep: keep, Log: log, Now: now})
}

// Reconcile compares the catalog of a server's settings with its store, and
// mends the catalog. It works beside servers that run with these settings, also
// when none does. progress may be nil.
func Reconcile(ctx context.Context, cfg Config, progress func(ingest.Counts)) (counts ingest.Counts, err error) {
	s, err := OpenStorage(ctx, cfg)
	if err != nil {
		return ingest.Counts{}, err
	}
	defer closing(&err, s.Close)
	b := bucket.New(s.Client, s.Bucket)
	return newProjector(b, s.Bucket, s.Catalog, cfg.Log, cfg.Now).Reconcile(ctx, b, ingest.Sweep{Progress: progress})
}

// reachForeign returns a client of the store of the settings, if that is as a
// server needs it.
func reachForeign(ctx context.Context, cfg Config, _ *folder.Folder) (client *s3.Client, stop func() error, err error) {
	if err := cfg.S3.validate(cfg); err != nil {
		return nil, nil, err
	}
	store := newForeign(cfg)
	return store.client(), store.close, store.lookAtVersioning(ctx)
}

// reachEmbedded returns a client of the folder's store: that of the process
// that serves it, or of one that runs until stop.
func reachEmbedded(ctx context.Context, cfg Config, f *folder.Folder) (client *s3.Client, stop func() error, err error) {
	unlock, err := f.Lock()
	if errors.Is(err, folder.ErrInUse) {
		return reachServed(f)
	}
	if err != nil {
		return nil, nil, err
	}
	state, err := f.State()
	if err != nil {
		return nil, nil, errors.Join(err, unlock())
	}
	// What changes beside this reconcile, it sees itself.
	store, err := startStore(ctx, Config{Log: cfg.Log}, f, state.Listen, nil, func(string) {})
	if err != nil {
		return nil, nil, errors.Join(err, unlock())
	}
	return store.Client(), func() error { return errors.Join(store.Close(), unlock()) }, nil
}

// reachServed returns a client of the store that another process runs.
func reachServed(f *folder.Folder) (client *s3.Client, stop func() error, err error) {
	state, err := f.State()
	if err != nil {
		return nil, nil, err
	}
	keys, err := f.Keys()
	if err != nil {
		return nil, nil, err
	}
	scheme := "http://"
	if state.Certificate != "" {
		scheme = "https://"
	}
	over := embedded.Transport(state.Certificate)
	stop = func() error {
		over.CloseIdleConnections()
		return nil
	}
	return embedded.NewClient(scheme+state.S3Listen, keys.AccessKey, keys.SecretKey, embedded.Over(over)), stop, nil
}
