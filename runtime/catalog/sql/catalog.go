package sql

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/bytepass/bytepass/runtime/catalog"
	"github.com/bytepass/bytepass/runtime/files"
)

// Catalog is a catalog.Catalog in a database. Close it when done.
type Catalog struct {
	read, write *sql.DB
	change      changer
	pool        *pgxpool.Pool // under both, in PostgreSQL; nil elsewhere
	release     func()        // what is left to do when both are closed
	dialect     dialect
	text        statements
	now         func() time.Time
}

var _ catalog.Catalog = (*Catalog)(nil)

// changer runs a statement on the database that is written to, and returns how
// many rows it has changed.
type changer func(ctx context.Context, statement string, args ...any) (rows int64, err error)

// changing returns the changer that runs each statement in a database, by
// itself, or in a transaction.
func changing(in interface {
	ExecContext(ctx context.Context, statement string, args ...any) (sql.Result, error)
}) changer {
	return func(ctx context.Context, statement string, args ...any) (int64, error) {
		result, err := in.ExecContext(ctx, statement, args...)
		if err != nil {
			return 0, err
		}
		return result.RowsAffected()
	}
}

// Close closes the connections to the database.
func (c *Catalog) Close() error {
	err := errors.Join(c.read.Close(), c.write.Close())
	if c.release != nil {
		c.release()
	}
	return err
}

// Ping implements catalog.Catalog. It asks once, however long that takes: who
// wants to know whether the database answers does not want to wait until it does.
func (c *Catalog) Ping(ctx context.Context) error {
	return wrap("ping", c.once(ctx, func(ctx context.Context) error {
		var one int
		return c.read.QueryRowContext(ctx, c.text.ping).Scan(&one)
	}))
}

// Get implements catalog.Catalog.
func (c *Catalog) Get(ctx context.Context, space files.Space, key files.Key) (r files.Record, rev catalog.Revision, err error) {
	err = c.retry(ctx, func(ctx context.Context) error {
		r, rev, err = scan(c.read.QueryRowContext(ctx, c.text.one, space.String(), string(key)))
		return err
	})
	if errors.Is(err, sql.ErrNoRows) {
		return files.Record{}, 0, nil
	}
	return r, rev, wrap("get", err)
}

// List implements catalog.Catalog.
func (c *Catalog) List(ctx context.Context, q catalog.Query) ([]files.Record, error) {
	bounds, err := q.Bounds()
	if err != nil || bounds.None {
		return nil, err
	}
	statement, args := c.text.list(q, bounds, c.now())
	var page []files.Record
	err = c.retry(ctx, func(ctx context.Context) error {
		page = nil
		return c.dialect.query(ctx, c.read, statement, args, func(found row) error {
			r, _, err := scan(found)
			page = append(page, r)
			return err
		})
	})
	if err != nil {
		return nil, wrap("list", err)
	}
	return page, nil
}

// Walk implements catalog.Catalog. It reads in batches, so that a slow visit
// holds no read transaction open.
func (c *Catalog) Walk(ctx context.Context, visit func(files.Record, catalog.Revision) error) error {
	var space, key string
	for {
		batch, err := c.batch(ctx, space, key)
		if err != nil || len(batch) == 0 {
			return wrap("walk", err)
		}
		for _, b := range batch {
			if err := ctx.Err(); err != nil {
				return err
			}
			if err := visit(b.record, b.rev); err != nil {
				return err
			}
		}
		last := batch[len(batch)-1].record
		space, key = last.Space.String(), string(last.Key)
	}
}

type revised struct {
	record files.Record
	rev    catalog.Revision
}

func (c *Catalog) batch(ctx context.Context, space, key string) (batch []revised, err error) {
	err = c.retry(ctx, func(ctx context.Context) error {
		batch = nil
		return c.dialect.query(ctx, c.read, c.text.batch, []any{space, key}, func(found row) error {
			r, rev, err := scan(found)
			batch = append(batch, revised{r, rev})
			return err
		})
	})
	return batch, err
}

// Forget removes the tombstones that have expired and returns how many there
// were. List does not show them any more, but has to step over them in the
// trash: call Forget now and then, such as at start and daily. Several processes
// may; those that a lost connection hides are not counted.
func (c *Catalog) Forget(ctx context.Context) (int64, error) {
	var total int64
	for { // in small steps, so that no writer waits for long
		var n int64
		err := c.retry(ctx, func(ctx context.Context) (err error) {
			n, err = c.change(ctx, c.text.someOld, c.now().UnixMilli())
			return err
		})
		if total += n; err != nil || n == 0 {
			return total, wrap("forget", err)
		}
	}
}

func wrap(what string, err error) error {
	if err == nil {
		return nil
	}
	if lost(err) {
		err = fmt.Errorf("the database has lost the catalog; bytepass reconcile makes it anew from the bucket: %w", err)
	}
	if Away(err) || busy(err) || lost(err) {
		return fmt.Errorf("catalog: %s: %w: %w", what, files.Problemf(files.CodeUnavailable, "", "the catalog does not answer at the moment; try again"), err)
	}
	return fmt.Errorf("catalog: %s: %w", what, err)
}
