package sql

import (
	"crypto/x509"
	"fmt"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// What the server of the tests, which lets everybody in without TLS, never says.
func TestRemediesOfOthers(t *testing.T) {
	to := &pgx.ConnConfig{Config: pgconn.Config{User: "alice", Database: "files", Password: "s3cret"}}
	for _, tc := range []struct {
		err    error
		remedy string
	}{
		{&pgconn.PgError{Code: "28P01", Message: "password authentication failed"}, "PGPASSWORD"},
		{&pgconn.PgError{Code: "28000", Message: "no pg_hba.conf entry for host"}, "sslmode=require"},
		{&pgconn.PgError{Code: "42501", Message: "permission denied for schema"}, `AUTHORIZATION "alice"`},
		{&pgconn.PgError{Code: "53300"}, "pool_max_conns"},
		{fmt.Errorf("failed to connect:\n\t%w", x509.HostnameError{Certificate: &x509.Certificate{}, Host: "h"}), "sslmode=verify-ca"},
		{fmt.Errorf("failed to connect: %w", x509.UnknownAuthorityError{}), "sslrootcert=FILE"},
	} {
		said := advise(tc.err, to).Error()
		if !strings.Contains(said, tc.remedy) || strings.ContainsAny(said, "\n\t") || strings.Contains(said, to.Password) {
			t.Errorf("%v is told as %q", tc.err, said)
		}
	}
}
