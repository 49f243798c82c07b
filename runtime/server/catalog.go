package server

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"github.com/bytepass/bytepass/runtime/catalog/sql"
	"github.com/bytepass/bytepass/runtime/server/folder"
)

// openCatalog opens the catalog in the database that a URL names, or without
// one in the data folder.
func openCatalog(ctx context.Context, database string, f *folder.Folder, now func() time.Time) (*sql.Catalog, error) {
	if database != "" {
		return sql.OpenPostgres(ctx, database, now)
	}
	c, err := sql.OpenSQLite(ctx, f.Catalog(), now)
	if err != nil && ctx.Err() == nil {
		return nil, fmt.Errorf("%w; if the file is damaged, move it away (with its -wal and -shm) and start again: the catalog is rebuilt from the store", err)
	}
	return c, err
}

// forgetEvery is how often tombstones that have expired are removed.
const forgetEvery = 24 * time.Hour

// forgetting removes the tombstones that have expired, at once and then daily,
// until ctx ends. forget is the catalog's. A failure costs nothing but the
// space until the next day.
func forgetting(ctx context.Context, forget func(context.Context) (int64, error), log *slog.Logger) {
	tick := time.NewTicker(forgetEvery)
	defer tick.Stop()
	for {
		n, err := forget(ctx)
		switch {
		case ctx.Err() != nil:
			return
		case err != nil:
			log.Warn("expired tombstones could not be removed; trying again tomorrow", "removed", n, "error", err)
		case n > 0:
			log.Info("expired tombstones removed", "removed", n)
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}
