package server

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"github.com/bytepass/bytepass/runtime/catalog/sql"
	"github.com/bytepass/bytepass/runtime/server/folder"
)

// openCatalog opens the catalog in the database of the settings, as soon as that
// answers, or without one in the data folder. The error is a *SettingError if
// the database refuses.
func openCatalog(ctx context.Context, cfg Config, f *folder.Folder) (*sql.Catalog, error) {
	if cfg.Database != "" {
		return openPostgres(ctx, cfg)
	}
	c, err := sql.OpenSQLite(ctx, f.Catalog(), cfg.Now)
	if err != nil && ctx.Err() == nil {
		return nil, fmt.Errorf("%w; if the file is damaged, move it away (with its -wal and -shm) and start again: the catalog is rebuilt from the store", err)
	}
	return c, err
}

// databaseTimeout bounds one attempt to reach a database.
const databaseTimeout = 5 * time.Second

func openPostgres(ctx context.Context, cfg Config) (*sql.Catalog, error) {
	for attempt := 0; ; attempt++ {
		err := reachPostgres(ctx, cfg.Database)
		var c *sql.Catalog
		if err == nil {
			c, err = sql.OpenPostgres(ctx, cfg.Database, cfg.Now)
		}
		switch {
		case err == nil, ctx.Err() != nil:
			return c, err
		case !sql.Away(err):
			return nil, bad("--database", "%v", err)
		}
		cfg.Log.Warn("the database does not answer; trying again until it does", "error", err)
		sleep(ctx, pause(attempt))
	}
}

func reachPostgres(ctx context.Context, database string) error {
	ctx, cancel := context.WithTimeout(ctx, databaseTimeout)
	defer cancel()
	return sql.ReachPostgres(ctx, database)
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
