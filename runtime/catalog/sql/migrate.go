package sql

import (
	"context"
	"database/sql"
	"embed"
	"fmt"
	"io/fs"
	"strconv"
	"strings"
)

//go:embed migrations/*.sql
var migrations embed.FS

// dialect is what differs between databases.
type dialect struct {
	// bytes is the column constraint that makes text compare by its bytes.
	bytes string
	// begin starts a transaction that no other migration can run beside.
	begin string
}

// migrate brings the schema up to date: it runs the migrations that are newer
// than the database, each in a transaction of its own, forward only. A database
// that is newer than this program is left alone and reported.
func migrate(ctx context.Context, db *sql.DB, d dialect) error {
	files, err := fs.Glob(migrations, "migrations/*.sql") // sorted
	if err != nil {
		return err
	}
	conn, err := db.Conn(ctx)
	if err != nil {
		return err
	}
	defer conn.Close()
	if _, err := conn.ExecContext(ctx, `CREATE TABLE IF NOT EXISTS migrations ("version" BIGINT PRIMARY KEY)`); err != nil {
		return err
	}
	for _, file := range files {
		if err := apply(ctx, conn, d, file); err != nil {
			return fmt.Errorf("%s: %w", file, err)
		}
	}
	known := len(files)
	var version int
	if err := conn.QueryRowContext(ctx, `SELECT COALESCE(MAX("version"), 0) FROM migrations`).Scan(&version); err != nil {
		return err
	}
	if version > known {
		return fmt.Errorf("the catalog has schema version %d and this program knows %d: use the newer program, or delete the catalog and reconcile", version, known)
	}
	return nil
}

// apply runs one migration unless it has been run, perhaps by a process that
// started at the same time.
func apply(ctx context.Context, conn *sql.Conn, d dialect, file string) (err error) {
	number, _, _ := strings.Cut(strings.TrimPrefix(file, "migrations/"), "_")
	version, err := strconv.Atoi(number)
	if err != nil {
		return err
	}
	text, err := migrations.ReadFile(file)
	if err != nil {
		return err
	}
	if _, err := conn.ExecContext(ctx, d.begin); err != nil {
		return err
	}
	defer func() {
		if err != nil {
			_, _ = conn.ExecContext(context.WithoutCancel(ctx), "ROLLBACK")
		}
	}()
	var done int
	if err := conn.QueryRowContext(ctx, `SELECT COUNT(*) FROM migrations WHERE "version" = $1`, version).Scan(&done); err != nil {
		return err
	}
	if done == 0 {
		if _, err := conn.ExecContext(ctx, strings.ReplaceAll(string(text), "{{bytes}}", d.bytes)); err != nil {
			return err
		}
		if _, err := conn.ExecContext(ctx, `INSERT INTO migrations ("version") VALUES ($1)`, version); err != nil {
			return err
		}
	}
	_, err = conn.ExecContext(ctx, "COMMIT")
	return err
}
