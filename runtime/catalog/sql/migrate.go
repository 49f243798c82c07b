package sql

import (
	"context"
	"database/sql"
	"embed"
	"fmt"
	"io/fs"
)

//go:embed migrations
var migrations embed.FS

// migrate brings the schema up to date: it runs the migrations that the
// database has not seen, forward only, in one transaction that no other process
// can migrate beside. A database that is up to date is only read, so that a
// user who may change no schema can open it. One that is newer than this
// program is left alone and reported.
//
// The version of a schema is the number of migrations that made it: a file is
// never changed, removed, or put before another.
func migrate(ctx context.Context, db *sql.DB, d dialect) (err error) {
	known, err := fs.Glob(migrations, "migrations/"+d.name+"/*.sql") // sorted
	if err != nil {
		return err
	}
	conn, err := db.Conn(ctx)
	if err != nil {
		return err
	}
	defer conn.Close()
	if version, err := schemaVersion(ctx, conn, d); err != nil || version == len(known) {
		return err
	}
	defer func() {
		if err != nil {
			_, _ = conn.ExecContext(context.WithoutCancel(ctx), "ROLLBACK")
		}
	}()
	for _, statement := range append(d.begin, `CREATE TABLE IF NOT EXISTS `+d.schema+`migrations ("version" BIGINT PRIMARY KEY)`) {
		if _, err := conn.ExecContext(ctx, statement); err != nil {
			return err
		}
	}
	version, err := schemaVersion(ctx, conn, d) // another process may have been faster
	if err != nil {
		return err
	}
	if version > len(known) {
		return fmt.Errorf("the catalog has schema version %d and this program knows %d: use the newer program, or delete the catalog and reconcile", version, len(known))
	}
	for _, file := range known[version:] {
		version++
		if err := apply(ctx, conn, d, file, version); err != nil {
			return fmt.Errorf("%s: %w", file, err)
		}
	}
	_, err = conn.ExecContext(ctx, "COMMIT")
	return err
}

// schemaVersion returns the version of the schema, 0 for none.
func schemaVersion(ctx context.Context, conn *sql.Conn, d dialect) (version int, err error) {
	var there bool
	if err := conn.QueryRowContext(ctx, d.migrated).Scan(&there); err != nil || !there {
		return 0, err
	}
	err = conn.QueryRowContext(ctx, `SELECT COALESCE(MAX("version"), 0) FROM `+d.schema+`migrations`).Scan(&version)
	return version, err
}

// apply runs the migration that makes version.
func apply(ctx context.Context, conn *sql.Conn, d dialect, file string, version int) error {
	text, err := migrations.ReadFile(file)
	if err != nil {
		return err
	}
	if _, err := conn.ExecContext(ctx, string(text)); err != nil {
		return err
	}
	_, err = conn.ExecContext(ctx, `INSERT INTO `+d.schema+`migrations ("version") VALUES ($1)`, version)
	return err
}
