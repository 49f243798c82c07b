// Package sql keeps the catalog in a relational database: SQLite here, through
// a driver in pure Go.
//
// The statements and the migrations are written in what SQLite and PostgreSQL
// share: numbered parameters ($1), quoted names, INSERT … ON CONFLICT, row
// values, partial indexes. What differs is the value of type dialect, so that
// another database joins with a dialect and a constructor.
//
// Its schema is in migrations/: one table, records, with a row for each key,
// and a partial index for each view. Every write is one statement that also
// checks the revision, so no transaction is ever open between a read and a
// write and the isolation level does not matter.
package sql
