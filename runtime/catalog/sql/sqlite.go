package sql

import (
	"context"
	"database/sql"
	"fmt"
	"net/url"
	"path/filepath"
	"time"
)

// sqlite is the dialect of SQLite, where text compares by its bytes unless a
// collation says otherwise, and no connection is ever lost.
var sqlite = dialect{
	name:     "sqlite",
	migrated: `SELECT COUNT(*) FROM sqlite_master WHERE "type" = 'table' AND "name" = 'migrations'`,
	begin:    []string{"BEGIN IMMEDIATE"},
	query:    query,
}

// busyTimeout is how long a connection waits for others that have the file
// locked.
const busyTimeout = 10 * time.Second

// OpenSQLite opens the catalog in the file at path, which is made if there is
// none, and brings its schema up to date. now is the clock that tombstones
// expire by. Several processes may have the same file open; a folder that is
// shared over a network will not do. The error says so when the file was
// written by a newer program.
func OpenSQLite(ctx context.Context, path string, now func() time.Time) (*Catalog, error) {
	path, err := filepath.Abs(path)
	if err != nil {
		return nil, fmt.Errorf("catalog: %w", err)
	}
	// A transaction is there to write: it waits for that when it begins, since
	// SQLite lets none wait that has begun to read.
	write := sql.OpenDB(connector{sqliteDSN(path) + "&_txlock=immediate", busyTimeout})
	// SQLite has one writer at a time: waiting for it in a queue of this
	// process is fairer and cheaper than in its busy handler.
	write.SetMaxOpenConns(1)
	if err := migrate(ctx, write, sqlite); err != nil {
		_ = write.Close()
		return nil, fmt.Errorf("catalog: %s: %w", path, err)
	}
	read := sql.OpenDB(connector{sqliteDSN(path) + "&_pragma=query_only(1)", busyTimeout})
	read.SetMaxOpenConns(8)
	read.SetMaxIdleConns(8)
	return &Catalog{read: read, write: write, change: newGroup(write).change, dialect: sqlite, text: newStatements(sqlite), now: now}, nil
}

// sqliteDSN names the file as a URI, so that every path is possible, and the
// settings of each connection (https://sqlite.org/pragma.html): a write-ahead
// log, so that readers and the writer do not wait for each other; a wait for
// other processes; and FULL synchronisation, because why a file was rejected is
// known nowhere else, so a write that was acknowledged has to survive a power
// cut too.
func sqliteDSN(path string) string {
	file := url.URL{Scheme: "file", Path: path}
	return fmt.Sprintf("%s?_pragma=busy_timeout(%d)&_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)", &file, busyTimeout.Milliseconds())
}
