package sql_test

import (
	"net/url"
	"strings"
	"testing"

	"github.com/bytepass/bytepass/runtime/catalog/sql"
	"github.com/bytepass/bytepass/runtime/catalog/sql/pgtest"
)

// TestRemedies asks a server in every wrong way: the error is one line with a
// remedy, and only what may end by itself is waited for.
func TestRemedies(t *testing.T) {
	right := pgtest.Start(t, pgtest.Quick()...).Database(t)
	pgtest.Exec(t, right, `CREATE ROLE closed LOGIN PASSWORD 'right'`)
	for name, tc := range map[string]struct {
		change func(*url.URL)
		remedy string
		away   bool
	}{
		"unknown database":    {func(u *url.URL) { u.Path = "/nothing" }, `CREATE DATABASE "nothing" OWNER`, false},
		"unknown user":        {func(u *url.URL) { u.User = url.User("nobody") }, `CREATE ROLE "nobody" LOGIN`, false},
		"no TLS there":        {func(u *url.URL) { u.RawQuery = "sslmode=require" }, "sslmode=disable", false},
		"unknown host":        {func(u *url.URL) { u.Host = "no-such-host.invalid:5432" }, "spell the host right", true},
		"nobody listens":      {func(u *url.URL) { u.Host = "127.0.0.1:1" }, "listen_addresses", true},
		"a mode that is none": {func(u *url.URL) { u.RawQuery = "sslmode=maybe" }, "sslmode", false},
		"no right to create":  {func(u *url.URL) { u.User = url.UserPassword("closed", "right") }, `AUTHORIZATION "closed"`, false},
	} {
		u, err := url.Parse(right)
		if err != nil {
			t.Fatal(err)
		}
		tc.change(u)
		err = sql.ReachPostgres(t.Context(), u.String())
		if err == nil { // it lets us in, and no further
			_, err = sql.OpenPostgres(t.Context(), u.String(), nil)
		}
		if err == nil || !strings.Contains(err.Error(), tc.remedy) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: %v", name, err)
		}
		if sql.Away(err) != tc.away {
			t.Errorf("%s: waited for: %v, want %v", name, !tc.away, tc.away)
		}
	}
}
