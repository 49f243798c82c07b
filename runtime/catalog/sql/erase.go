package sql

import (
	"context"
	"fmt"

	"github.com/bytepass/bytepass/runtime/catalog"
	"github.com/bytepass/bytepass/runtime/files"
)

var _ catalog.Eraser = (*Catalog)(nil)

// everyBatch is how many records Records reads at once.
const everyBatch = 500

// Records implements catalog.Eraser. It reads in batches, so that a slow visit
// holds no read transaction open.
func (c *Catalog) Records(ctx context.Context, space files.Space, prefix string, visit func(files.Record, catalog.Revision) error) error {
	after := ""
	for {
		bounds, err := catalog.PrefixBounds(space, prefix, after)
		if err != nil || bounds.None {
			return err
		}
		statement, args := c.text.every(space, bounds)
		var batch []revised
		err = c.retry(ctx, func(ctx context.Context) error {
			batch = nil
			return c.dialect.query(ctx, c.read, statement, args, func(found row) error {
				r, rev, err := scan(found)
				batch = append(batch, revised{r, rev})
				return err
			})
		})
		if err != nil {
			return wrap("records", err)
		}
		for _, b := range batch {
			if err := visit(b.record, b.rev); err != nil {
				return err
			}
		}
		if len(batch) < everyBatch {
			return nil
		}
		after = string(batch[len(batch)-1].record.Key)
	}
}

// every returns the query of a batch of records of every status.
func (s statements) every(space files.Space, b catalog.Bounds) (string, []any) {
	above, below := ">=", ""
	if b.After {
		above = ">"
	}
	args := []any{space.String(), b.Low}
	if b.High != "" {
		below, args = ` AND "key" < $3`, append(args, b.High)
	}
	return fmt.Sprintf(`SELECT %s FROM %s WHERE "space" = $1 AND "key" %s $2%s ORDER BY "key" LIMIT %d`,
		quoted(columns), s.records, above, below, everyBatch), args
}

// Erase implements catalog.Eraser.
func (c *Catalog) Erase(ctx context.Context, space files.Space, key files.Key, was catalog.Revision) error {
	var erased int64
	err := c.retry(ctx, func(ctx context.Context) (err error) {
		erased, err = c.change(ctx, `DELETE FROM `+c.text.records+` WHERE "space" = $1 AND "key" = $2 AND "rev" = $3`, space.String(), string(key), int64(was))
		return err
	})
	if err != nil || erased == 1 {
		return wrap("erase", err)
	}
	// It was gone, by this very statement if its answer got lost, or is another.
	if _, rev, err := c.Get(ctx, space, key); err != nil || rev == 0 {
		return err
	}
	return catalog.ErrConflict
}
