package server

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"github.com/bytepass/bytepass/runtime/catalog/sql"
	"github.com/bytepass/bytepass/runtime/server/folder"
)

// openCatalog opens the catalog in the database of the settings, or without one
// in the data folder. The error is a *SettingError if the database refuses.
func openCatalog(ctx context.Context, cfg Config, f *folder.Folder) (*sql.Catalog, error) {
	if cfg.Database != "" {
		c, err := sql.OpenPostgres(ctx, cfg.Database, cfg.Now)
		return c, refused(ctx, err)
	}
	c, err := sql.OpenSQLite(ctx, f.Catalog(), cfg.Now)
	if err != nil && ctx.Err() == nil {
		return nil, fmt.Errorf("%w; if the file is damaged, move it away (with its -wal and -shm) and start again: the catalog is rebuilt from the store", err)
	}
	return c, err
}

// refused returns an error of the database as one of the setting, unless it is
// only away.
func refused(ctx context.Context, err error) error {
	if err == nil || ctx.Err() != nil || sql.Away(err) {
		return err
	}
	return bad("--database", "%v", err)
}

// reachTimeout bounds one attempt to reach a database.
const reachTimeout = 5 * time.Second

// waitMore has the waits at start begin with half a second: what is away then
// comes up in seconds, and each attempt is a line in the log.
const waitMore = 4

// reachDatabase returns nil if the database answers in time. One that takes
// connections and says nothing would be waited for without an end.
func reachDatabase(ctx context.Context, url string, within time.Duration) error {
	ctx, cancel := context.WithTimeout(ctx, within)
	defer cancel()
	return sql.ReachPostgres(ctx, url)
}

// awaitDatabase returns when the database answers, or refuses.
func awaitDatabase(ctx context.Context, cfg Config) error {
	for attempt := 0; ; attempt++ {
		err := reachDatabase(ctx, cfg.Database, reachTimeout)
		if err == nil || ctx.Err() != nil || !sql.Away(err) {
			return refused(ctx, err)
		}
		cfg.Log.Warn("waiting for the database", "error", err)
		sleep(ctx, pause(attempt+waitMore))
	}
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
