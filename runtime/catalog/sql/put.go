package sql

import (
	"context"
	"database/sql"
	"errors"
	"math/rand/v2"

	"github.com/bytepass/bytepass/runtime/catalog"
	"github.com/bytepass/bytepass/runtime/files"
)

// errUnknown is why a Put whose connection was lost gives up.
var errUnknown = errors.New("the connection was lost, and by now the record is another writer's: whether it was written in between is not known")

// Put implements catalog.Catalog. The condition is part of the statement, so
// it can be sent again when the connection was lost: it writes once at most.
// When it then finds the record at another revision, the row's mark tells whose
// write that was. Where that does not show either, the error is neither nil nor
// catalog.ErrConflict.
func (c *Catalog) Put(ctx context.Context, r files.Record, was catalog.Revision) error {
	next := was.Next(c.now())
	args, err := values(r, next)
	if err != nil {
		return wrap("put", err)
	}
	mark := rand.Int64()
	if c.dialect.marked {
		args = append(args, mark)
	}
	statement := c.text.insert
	if was != 0 {
		statement, args = c.text.update, append(args, int64(was))
	}
	attempts, written := 0, int64(0)
	err = c.retry(ctx, func(ctx context.Context) (err error) {
		attempts++
		written, err = c.change(ctx, statement, args...)
		return err
	})
	switch {
	case err != nil:
		return wrap("put", err)
	case written == 1:
		return nil
	case attempts == 1:
		return catalog.ErrConflict
	}
	return c.outcome(ctx, r, next, mark)
}

// outcome says what became of a write that was to give r the revision next,
// whose answer was lost, and which cannot be made any more.
func (c *Catalog) outcome(ctx context.Context, r files.Record, next catalog.Revision, mark int64) error {
	var rev catalog.Revision
	var writer int64
	err := c.retry(ctx, func(ctx context.Context) error {
		return c.read.QueryRowContext(ctx, c.text.writer, r.Space.String(), string(r.Key)).Scan(&rev, &writer)
	})
	switch {
	case err == nil && writer == mark:
		return nil
	case err == nil && rev <= next: // ours would have to be below it
		return catalog.ErrConflict
	case err == nil, errors.Is(err, sql.ErrNoRows):
		return wrap("put", errUnknown)
	}
	return wrap("put", err)
}
