package sql

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/bytepass/bytepass/runtime/catalog"
	"github.com/bytepass/bytepass/runtime/files"
)

// Catalog is a catalog.Catalog in a database. Close it when done.
type Catalog struct {
	read, write *sql.DB
	now         func() time.Time
}

var _ catalog.Catalog = (*Catalog)(nil)

// Close closes the database.
func (c *Catalog) Close() error { return errors.Join(c.read.Close(), c.write.Close()) }

// Ping implements catalog.Catalog.
func (c *Catalog) Ping(ctx context.Context) error {
	var one int
	err := c.read.QueryRowContext(ctx, `SELECT COUNT(*) FROM (SELECT 1 FROM records LIMIT 1) AS any_record`).Scan(&one)
	return wrap("ping", err)
}

// Get implements catalog.Catalog.
func (c *Catalog) Get(ctx context.Context, space files.Space, key files.Key) (files.Record, catalog.Revision, error) {
	r, rev, err := scan(c.read.QueryRowContext(ctx, selectOne, space.String(), string(key)))
	if errors.Is(err, sql.ErrNoRows) {
		return files.Record{}, 0, nil
	}
	return r, rev, wrap("get", err)
}

// Put implements catalog.Catalog. The condition is part of the statement.
func (c *Catalog) Put(ctx context.Context, r files.Record, was catalog.Revision) error {
	args, err := values(r, was.Next(c.now()))
	if err != nil {
		return wrap("put", err)
	}
	statement := insert
	if was != 0 {
		statement, args = update, append(args, int64(was))
	}
	result, err := c.write.ExecContext(ctx, statement, args...)
	if err != nil {
		return wrap("put", err)
	}
	switch n, err := result.RowsAffected(); {
	case err != nil:
		return wrap("put", err)
	case n == 0:
		return catalog.ErrConflict
	}
	return nil
}

// List implements catalog.Catalog.
func (c *Catalog) List(ctx context.Context, q catalog.Query) ([]files.Record, error) {
	bounds, err := q.Bounds()
	if err != nil || bounds.None {
		return nil, err
	}
	statement, args := listStatement(q, bounds, c.now())
	rows, err := c.read.QueryContext(ctx, statement, args...)
	if err != nil {
		return nil, wrap("list", err)
	}
	defer rows.Close()
	var page []files.Record
	for rows.Next() {
		r, _, err := scan(rows)
		if err != nil {
			return nil, wrap("list", err)
		}
		page = append(page, r)
	}
	return page, wrap("list", rows.Err())
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

func (c *Catalog) batch(ctx context.Context, space, key string) ([]revised, error) {
	rows, err := c.read.QueryContext(ctx, selectBatch, space, key)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var batch []revised
	for rows.Next() {
		r, rev, err := scan(rows)
		if err != nil {
			return nil, err
		}
		batch = append(batch, revised{r, rev})
	}
	return batch, rows.Err()
}

// Forget removes the tombstones that have expired and returns how many there
// were. List does not show them any more, but has to step over them in the
// trash: call Forget now and then, such as at start and daily.
func (c *Catalog) Forget(ctx context.Context) (int64, error) {
	var total int64
	for { // in small steps, so that no writer waits for long
		result, err := c.write.ExecContext(ctx, forgetSome, c.now().UnixMilli())
		if err != nil {
			return total, wrap("forget", err)
		}
		n, err := result.RowsAffected()
		if total += n; err != nil || n == 0 {
			return total, wrap("forget", err)
		}
	}
}

func wrap(what string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("catalog: %s: %w", what, err)
}
