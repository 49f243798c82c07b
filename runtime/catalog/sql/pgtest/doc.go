// Package pgtest runs PostgreSQL for tests, and PgBouncer in front of it: the
// programs that tools/postgres.sh finds, on free ports of loopback, with data
// that is gone when the test is, even if it is killed.
//
//	server := pgtest.Start(t)
//	c, err := sql.OpenPostgres(ctx, server.Database(t), time.Now)
//
// Every database sorts as English readers expect, so that what relies on the
// order of bytes without asking for it fails.
package pgtest
