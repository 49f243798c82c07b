package sql

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/jackc/pgx/v5/stdlib"
)

// postgres is the dialect of PostgreSQL 14 or later. Everything is in a schema
// of its own, so that the database can be shared. The lock is one of the
// transaction, since behind a pooler a session is nobody's; its number is
// "bytepass" in ASCII.
var postgres = dialect{
	name:     "postgres",
	schema:   "bytepass.",
	migrated: `SELECT to_regclass('bytepass.migrations') IS NOT NULL`,
	begin: []string{
		`BEGIN`,
		`SELECT pg_advisory_xact_lock(7095830666924880755)`,
		// CREATE SCHEMA IF NOT EXISTS needs the right to make one even if it is there.
		`DO $$ BEGIN IF to_regnamespace('bytepass') IS NULL THEN CREATE SCHEMA bytepass; END IF; END $$`,
	},
	marked:    true,
	transient: transient,
	patience:  10 * time.Second,
	query:     queryInIndexOrder,
}

// maxConnections bounds the connections of a process unless the URL does: a
// server has 100 by default, and several processes want to share them.
const maxConnections = 10

// OpenPostgres opens the catalog in the database that rawURL names, as in
//
//	postgres://user:password@host:5432/database?sslmode=verify-full&pool_max_conns=20
//
// and brings its schema, which is named bytepass, up to date. now is the clock
// that tombstones expire by. Any number of processes may have the same database
// open, also while one of them migrates it; a pooler may stand between, in
// transaction mode too. What the URL leaves out comes from the variables and
// files that all PostgreSQL clients read, such as PGPASSWORD and ~/.pgpass. The
// error says so when the database was written by a newer program; it never
// holds the password.
//
// The user needs the right to create the schema, or to own one that is there;
// once it is up to date, SELECT, INSERT, UPDATE and DELETE on its tables do.
func OpenPostgres(ctx context.Context, rawURL string, now func() time.Time) (*Catalog, error) {
	config, err := postgresConfig(rawURL)
	if err != nil {
		return nil, fmt.Errorf("catalog: %w", err)
	}
	pool, err := pgxpool.NewWithConfig(ctx, config)
	if err != nil {
		return nil, fmt.Errorf("catalog: %w", err)
	}
	db := stdlib.OpenDBFromPool(pool)
	c := &Catalog{read: db, write: db, change: changing(db), pool: pool, release: pool.Close, dialect: postgres, text: newStatements(postgres), now: now}
	opening := *c
	opening.dialect.patience = 0 // a migration may take its time
	if err := opening.retry(ctx, func(ctx context.Context) error { return migrate(ctx, db, postgres) }); err != nil {
		return nil, errors.Join(fmt.Errorf("catalog: %s: %w", config.ConnConfig.Database, advise(err, config.ConnConfig)), c.Close())
	}
	return c, nil
}

// ReachPostgres connects to the database once and returns how that ended, in
// words that hold no password. It waits as long as ctx does.
func ReachPostgres(ctx context.Context, rawURL string) error {
	config, err := postgresConfig(rawURL)
	if err != nil {
		return err
	}
	conn, err := pgx.ConnectConfig(ctx, config.ConnConfig)
	if err != nil {
		return advise(err, config.ConnConfig)
	}
	return conn.Close(ctx)
}

// CheckPostgresURL returns why OpenPostgres would refuse rawURL without asking
// any server, or nil. The error does not hold the password.
func CheckPostgresURL(rawURL string) error {
	_, err := postgresConfig(rawURL)
	return err
}

func postgresConfig(rawURL string) (*pgxpool.Config, error) {
	u, err := url.Parse(rawURL)
	if err != nil || u.Scheme != "postgres" && u.Scheme != "postgresql" {
		return nil, errors.New("the database is not a URL such as postgres://user@host:5432/database") // it may hold a password
	}
	config, err := pgxpool.ParseConfig(rawURL)
	if err != nil {
		return nil, err
	}
	if !u.Query().Has("pool_max_conns") {
		config.MaxConns = maxConnections
	}
	// A statement is sent with its values, in one round trip, and leaves nothing
	// prepared in a session that a pooler gives to another client.
	config.ConnConfig.DefaultQueryExecMode = pgx.QueryExecModeExec
	config.ConnConfig.StatementCacheCapacity, config.ConnConfig.DescriptionCacheCapacity = 0, 0
	if config.ConnConfig.RuntimeParams["application_name"] == "" {
		config.ConnConfig.RuntimeParams["application_name"] = "bytepass"
	}
	return config, nil
}

// queryInIndexOrder runs a query with the planner told to read in the order of
// an index. It would sort instead where it expects few rows; when it is wrong,
// because its statistics are old or do not know that these keys go with that
// space, a page costs as much as everything below the prefix. The settings end
// with the transaction that a batch is, so a pooled session keeps none.
func queryInIndexOrder(ctx context.Context, db *sql.DB, statement string, args []any, each func(row) error) error {
	conn, err := db.Conn(ctx)
	if err != nil {
		return err
	}
	defer conn.Close()
	return conn.Raw(func(driver any) (err error) {
		batch := &pgx.Batch{}
		batch.Queue(`SELECT set_config('enable_sort', 'off', true), set_config('enable_bitmapscan', 'off', true), set_config('enable_seqscan', 'off', true)`)
		batch.Queue(statement, args...)
		results := driver.(*stdlib.Conn).Conn().SendBatch(ctx, batch)
		defer func() { err = errors.Join(err, results.Close()) }()
		if _, err := results.Exec(); err != nil {
			return err
		}
		rows, err := results.Query()
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
	})
}
