package sql

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/bytepass/bytepass/runtime/catalog"
	"github.com/bytepass/bytepass/runtime/catalog/sql/pgtest"
	"github.com/bytepass/bytepass/runtime/files"
)

// Somebody drops the schema below a catalog that is open: every call says at
// once that it is unavailable and what to do, and works again when another
// process has made the tables.
func TestPostgresWithoutItsTables(t *testing.T) {
	url := pgtest.Start(t, pgtest.Quick()...).Database(t)
	c := openPostgres(t, url, time.Now)
	c.dialect.retries = time.Hour // a call that asks again does not end
	r := files.Record{Space: alice(t), Key: "a", Status: files.Stored}
	calls := map[string]func(context.Context) error{
		"ping": c.Ping,
		"get":  func(ctx context.Context) error { _, _, err := c.Get(ctx, r.Space, r.Key); return err },
		"put":  func(ctx context.Context) error { return c.Put(ctx, r, 0) },
		"list": func(ctx context.Context) error {
			_, err := c.List(ctx, catalog.Query{Space: r.Space, View: catalog.Stored, Limit: 1})
			return err
		},
		"walk": func(ctx context.Context) error {
			return c.Walk(ctx, func(files.Record, catalog.Revision) error { return nil })
		},
		"records": func(ctx context.Context) error {
			return c.Records(ctx, r.Space, "", func(files.Record, catalog.Revision) error { return nil })
		},
		"erase":  func(ctx context.Context) error { return c.Erase(ctx, r.Space, "b", 1) },
		"forget": func(ctx context.Context) error { _, err := c.Forget(ctx); return err },
	}
	pgtest.Exec(t, url, `DROP SCHEMA bytepass CASCADE`)
	for name, call := range calls {
		err := call(t.Context())
		var said *pgconn.PgError
		if files.CodeOf(err) != files.CodeUnavailable || !errors.As(err, &said) || !strings.Contains(err.Error(), "bytepass reconcile") {
			t.Errorf("%s: %v", name, err)
		}
	}
	openPostgres(t, url, time.Now)
	for name, call := range calls {
		if err := call(t.Context()); err != nil {
			t.Errorf("with the tables again: %s: %v", name, err)
		}
	}
}
