package sql

import (
	"context"
	"database/sql"
	"time"
)

// dialect is what differs between databases.
type dialect struct {
	name   string // of the folder of its migrations
	schema string // what the names of tables begin with, such as "schema."

	// migrated asks whether the table of migrations is there.
	migrated string
	// begin are the statements that start a transaction which no other
	// migration can run beside.
	begin []string

	// marked says that a row names the write that made it, so that a writer
	// whose connection was lost can find out whether it was its own.
	marked bool
	// transient reports whether an error is that of a database that is gone for
	// a moment, so that asking again may help. After such an error nobody knows
	// whether a write happened.
	transient func(error) bool
	// patience bounds one statement; 0 does not.
	patience time.Duration
	// retries is how long a database that is gone is asked again; 0 is retryFor.
	retries time.Duration
	// query runs a query whose rows an index has in the order that it asks for.
	query func(ctx context.Context, db *sql.DB, statement string, args []any, each func(row) error) error
}

// row is a row of a result.
type row interface{ Scan(into ...any) error }

// query runs a query on a database that needs nothing said about order.
func query(ctx context.Context, db *sql.DB, statement string, args []any, each func(row) error) error {
	rows, err := db.QueryContext(ctx, statement, args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		if err := each(rows); err != nil {
			return err
		}
	}
	return rows.Err()
}
