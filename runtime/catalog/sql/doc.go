// Package sql keeps the catalog in a relational database: SQLite, through a
// driver in pure Go, or PostgreSQL.
//
// The statements are written in what both share: numbered parameters ($1),
// quoted names, INSERT … ON CONFLICT, row values, partial indexes. What differs
// is the value of type dialect and the folder of migrations, so that another
// database joins with these and a constructor.
//
// The schema is in migrations/: one table, records, with a row for each key,
// and a partial index for each view. Every write is one statement that also
// checks the revision, so no transaction is ever open between a read and a
// write and the isolation level does not matter. On SQLite, where each commit
// waits for the disk, writes that come at the same time share one.
//
// On PostgreSQL all of it is in the schema bytepass, with the view
// bytepass.files for people to query; COMMENTs say what the columns mean (\d+
// in psql shows them). A restart of the database is waited for (see Put for
// what that means to writes), and nothing is left in a session, so that a
// pooler may stand in between. Package pgtest runs both for tests.
package sql
