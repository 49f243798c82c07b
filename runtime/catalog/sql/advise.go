package sql

import (
	"crypto/x509"
	"errors"
	"net"
	"strings"
	"syscall"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// advise returns an error of the database in one line, with the remedy where
// one is known. It holds no password.
func advise(err error, to *pgx.ConnConfig) error {
	if err == nil {
		return nil
	}
	text := strings.Join(strings.Fields(err.Error()), " ")
	remedy := connectionRemedy(err)
	var refused *pgconn.PgError
	if errors.As(err, &refused) {
		text, remedy = refused.Error(), refusalRemedy(refused, to)
	}
	if remedy != "" {
		text += "; " + remedy
	}
	return &advised{text, err}
}

// refusalRemedy returns what helps against a refusal of the server, by a code of
// https://www.postgresql.org/docs/current/errcodes-appendix.html.
func refusalRemedy(refused *pgconn.PgError, to *pgx.ConnConfig) string {
	user, database := pgx.Identifier{to.User}.Sanitize(), pgx.Identifier{to.Database}.Sanitize()
	switch refused.Code {
	case "42501": // insufficient_privilege
		if strings.Contains(refused.Detail, "CONNECT") {
			return "let its owner run: GRANT CONNECT ON DATABASE " + database + " TO " + user
		}
		return "let its owner run: CREATE SCHEMA bytepass AUTHORIZATION " + user
	case "28P01": // invalid_password
		return "write the password into PGPASSWORD, or into ~/.pgpass of the user who runs this"
	case "28000": // invalid_authorization_specification: no such user, or no line of pg_hba.conf for it
		if strings.Contains(refused.Message, "does not exist") {
			return "name another user in the URL, or let an administrator run: CREATE ROLE " + user + " LOGIN PASSWORD '…'"
		}
		return "let an administrator allow this user, database and machine in pg_hba.conf; if that asks for TLS, write sslmode=require into the URL"
	case "3D000": // invalid_catalog_name
		return "let an administrator run: CREATE DATABASE " + database + " OWNER " + user
	case "53300": // too_many_connections
		return "raise max_connections of the server, or write a smaller pool_max_conns into the URL"
	}
	return ""
}

// connectionRemedy returns what helps against an error of the connection.
func connectionRemedy(err error) string {
	var name *net.DNSError
	switch {
	case errors.As(err, &name):
		return "does the URL spell the host right?"
	case errors.Is(err, syscall.ECONNREFUSED):
		return "does PostgreSQL run there, and listen at this address (listen_addresses)? Does the URL have the right port?"
	case strings.Contains(err.Error(), refusedTLS):
		return "turn TLS on there (ssl = on), or, on a network that you trust, write sslmode=disable into the URL"
	case errors.As(err, new(x509.HostnameError)):
		return "write a name of the certificate into the URL, or sslmode=verify-ca"
	case errors.As(err, new(x509.UnknownAuthorityError)):
		return "write sslrootcert=FILE, of the authority that signed the server's certificate, into the URL"
	}
	return ""
}

// refusedTLS is what pgconn says of a server without TLS; it has no other sign.
const refusedTLS = "server refused TLS connection"

// advised is an error in other words.
type advised struct {
	text  string
	cause error
}

// Error returns the words.
func (a *advised) Error() string { return a.text }

// Unwrap returns the error that they are about.
func (a *advised) Unwrap() error { return a.cause }
