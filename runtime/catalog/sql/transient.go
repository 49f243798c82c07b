package sql

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"io"
	"net"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"
)

// Away reports whether an error of this package is that of a PostgreSQL server
// that does not answer at the moment, so that asking again later may help.
func Away(err error) bool { return transient(err) }

// transient reports whether err is that of a PostgreSQL server that is gone for
// a moment: the connection failed or did not answer in time, or the server or
// the pooler before it said so, by a code of
// https://www.postgresql.org/docs/current/errcodes-appendix.html.
func transient(err error) bool {
	var said *pgconn.PgError
	if errors.As(err, &said) {
		switch said.Code {
		case "57P01", "57P02", "57P03", // it is stopping, has crashed, or is starting
			"53300",          // too many connections
			"40001", "40P01": // another transaction was in the way
			return true
		}
		return strings.HasPrefix(said.Code, "08") // the connection
	}
	for _, lost := range []error{io.EOF, io.ErrUnexpectedEOF, net.ErrClosed, driver.ErrBadConn, sql.ErrConnDone, context.DeadlineExceeded} {
		if errors.Is(err, lost) {
			return true
		}
	}
	var network net.Error
	return errors.As(err, &network) || pgconn.SafeToRetry(err)
}

// lost reports whether err is that of a PostgreSQL server that has the catalog
// no more: somebody dropped its tables, or their database. It is not transient:
// they come back when somebody reconciles, for which no call waits.
func lost(err error) bool {
	var said *pgconn.PgError
	if !errors.As(err, &said) {
		return false
	}
	switch said.Code {
	case "42P01", "3F000", "3D000": // there is no such table, schema, database
		return true
	}
	return false
}
