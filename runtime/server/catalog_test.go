package server

import (
	"context"
	"errors"
	"path/filepath"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/bytepass/bytepass/runtime/catalog/sql/pgtest"
)

// Tombstones are forgotten at start and every day after, whatever fails.
func TestForgettingEveryDay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, stop := context.WithCancel(t.Context())
		var calls atomic.Int64
		ended := make(chan struct{})
		go func() {
			forgetting(ctx, func(context.Context) (int64, error) {
				calls.Add(1)
				return 1, errors.New("the database is gone")
			}, quiet())
			close(ended)
		}()
		for day := range 3 {
			synctest.Wait()
			if n := calls.Load(); n != int64(day+1) {
				t.Errorf("on day %d it was called %d times", day, n)
			}
			time.Sleep(24 * time.Hour)
		}
		stop()
		<-ended
	})
}

// With a database, the catalog is there and not in the data folder: a file that
// is uploaded is listed from it, and by the next server on the same folder; and
// reconcile rebuilds it when it was lost.
func TestServeWithPostgres(t *testing.T) {
	database := startPostgres(t).Database(t)
	cfg := configOf(t.TempDir())
	cfg.Database = database
	s := runServer(t, cfg)
	s.put("notes/a.txt", "hello")
	s.lists("notes/a.txt")
	s.end()
	if found, err := filepath.Glob(filepath.Join(cfg.Data, "catalog*")); err != nil || len(found) > 0 {
		t.Errorf("the data folder has %v, %v", found, err)
	}

	pgtest.Exec(t, database, `DELETE FROM bytepass.records`)
	counts, err := Reconcile(t.Context(), cfg, nil)
	if err != nil || counts.Changed != 1 {
		t.Errorf("reconcile mended %d records, %v; want 1", counts.Changed, err)
	}
	runServer(t, cfg).lists("notes/a.txt")
}
