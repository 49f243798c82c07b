package sql

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"net"
	"syscall"
	"testing"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/bytepass/bytepass/runtime/catalog"
	"github.com/bytepass/bytepass/runtime/files"
)

func TestTransient(t *testing.T) {
	said := func(code string) error { return fmt.Errorf("put: %w", &pgconn.PgError{Code: code}) }
	for _, c := range []struct {
		err  error
		want bool
	}{
		{said("57P01"), true},  // admin_shutdown
		{said("57P03"), true},  // cannot_connect_now
		{said("08P01"), true},  // what PgBouncer says when the server has gone
		{said("53300"), true},  // too_many_connections
		{said("40001"), true},  // serialization_failure
		{said("23505"), false}, // unique_violation
		{said("28P01"), false}, // invalid_password
		{said("42501"), false}, // insufficient_privilege
		{said("57014"), false}, // query_canceled
		{io.ErrUnexpectedEOF, true},
		{&net.OpError{Op: "read", Err: syscall.ECONNRESET}, true},
		{&net.OpError{Op: "dial", Err: syscall.ECONNREFUSED}, true},
		{context.DeadlineExceeded, true},
		{context.Canceled, false},
		{sql.ErrNoRows, false},
		{catalog.ErrConflict, false},
		{errors.New("metadata: invalid character"), false},
	} {
		if got := transient(c.err); got != c.want {
			t.Errorf("transient(%v) is %t", c.err, got)
		}
		told := wrap("list", c.err)
		if again := files.CodeOf(told) == files.CodeUnavailable; again != c.want || !errors.Is(told, c.err) {
			t.Errorf("callers are told %v", told)
		}
	}
}

// What is lost is not asked for again, and yet may come back.
func TestLost(t *testing.T) {
	for code, want := range map[string]bool{
		"42P01": true,  // undefined_table
		"3F000": true,  // invalid_schema_name
		"3D000": true,  // invalid_catalog_name
		"42703": false, // undefined_column
		"42501": false, // insufficient_privilege
	} {
		err := fmt.Errorf("get: %w", &pgconn.PgError{Code: code})
		if lost(err) != want || transient(err) || (files.CodeOf(wrap("get", err)) == files.CodeUnavailable) != want {
			t.Errorf("%s: callers are told %v", code, wrap("get", err))
		}
	}
}
