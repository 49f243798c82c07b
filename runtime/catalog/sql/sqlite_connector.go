package sql

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"time"

	driversqlite "modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

// connector opens connections to a file, as often as that takes. The first one
// ever turns the file to a write-ahead log, for which SQLite makes a reading
// transaction a writing one. When another connection is in the way of that, it
// says SQLITE_BUSY without asking the busy handler: two that waited so would
// wait for each other (https://sqlite.org/c3ref/busy_handler.html).
//
// No statement of this package meets that. Each begins its transaction as what
// it is, or with BEGIN IMMEDIATE, and SQLite asks the busy handler whenever one
// begins, also while the file is recovered or its last user is closing it.
type connector struct {
	name     string        // of the file and its settings, as the driver wants it
	patience time.Duration // after this, the file is no longer asked for again
}

var _ driver.Connector = connector{}

// Connect implements driver.Connector. An error that it returns because ctx has
// ended is also the last one of the driver.
func (c connector) Connect(ctx context.Context) (driver.Conn, error) {
	start := time.Now()
	for failures := 0; ; failures++ {
		conn, err := c.Driver().Open(c.name)
		if err == nil || !busy(err) || time.Since(start) > c.patience {
			return conn, err
		}
		select {
		case <-ctx.Done():
			return nil, fmt.Errorf("%w: %w", ctx.Err(), err)
		case <-time.After(pause(failures)):
		}
	}
}

// Driver implements driver.Connector.
func (connector) Driver() driver.Driver { return new(driversqlite.Driver) }

// busy reports whether err is that of a file which another connection has
// locked: the lowest byte of its code says so (https://sqlite.org/rescode.html).
func busy(err error) bool {
	var said *driversqlite.Error
	return errors.As(err, &said) && said.Code()&0xff == sqlite3.SQLITE_BUSY
}
