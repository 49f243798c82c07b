package server

import (
	"context"
	"time"

	"github.com/bytepass/bytepass/runtime/bucket"
	"github.com/bytepass/bytepass/runtime/catalog/sql"
	"github.com/bytepass/bytepass/runtime/ingest"
)

func newProjector(b *bucket.Bucket, name string, c *sql.Catalog, keep time.Duration, cfg Config) *ingest.Projector {
	return ingest.New(ingest.Config{Bucket: b, Catalog: c, Name: name, Keep: keep, Log: cfg.Log, Now: cfg.Now})
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
	return newProjector(b, s.Bucket, s.Catalog, s.keep, cfg).Reconcile(ctx, b, ingest.Sweep{Progress: progress})
}
