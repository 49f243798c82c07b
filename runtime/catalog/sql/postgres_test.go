package sql

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/bytepass/bytepass/runtime/catalog"
	"github.com/bytepass/bytepass/runtime/catalog/catalogtest"
	"github.com/bytepass/bytepass/runtime/catalog/sql/pgtest"
	"github.com/bytepass/bytepass/runtime/files"
)

func openPostgres(t testing.TB, url string, now func() time.Time) *Catalog {
	t.Helper()
	c, err := OpenPostgres(t.Context(), url, now)
	return opened(t, c, err)
}

func TestPostgresConformance(t *testing.T) {
	server := pgtest.Start(t, pgtest.Quick()...)
	pooled := server.Pooled(t)
	for name, through := range map[string]func(string) string{
		"direct":           func(url string) string { return url },
		"behind PgBouncer": pooled,
	} {
		t.Run(name, func(t *testing.T) {
			catalogtest.Run(t, func(t *testing.T, now func() time.Time) catalogtest.Engine {
				url := through(server.Database(t))
				return engineOf(openPostgres(t, url, now), openPostgres(t, url, now))
			})
		})
	}
}

func TestPostgresOpenAtTheSameTime(t *testing.T) {
	server := pgtest.Start(t, pgtest.Quick()...)
	url := server.Pooled(t)(server.Database(t))
	opensAtTheSameTime(t, func() (*Catalog, error) { return OpenPostgres(t.Context(), url, time.Now) })
}

func TestPostgresOpenRefuses(t *testing.T) {
	server := pgtest.Start(t, pgtest.Quick()...)
	newer := server.Database(t)
	c := openPostgres(t, newer, time.Now)
	pgtest.Exec(t, newer, `INSERT INTO bytepass.migrations ("version") VALUES (999)`,
		`CREATE ROLE reader LOGIN PASSWORD 's3cr3t'`)
	asReader := strings.Replace(server.Database(t), "postgres@", "reader:s3cr3t@", 1)
	closed := server.Database(t)
	pgtest.Exec(t, closed, `DO $$ BEGIN EXECUTE format('REVOKE CONNECT ON DATABASE %I FROM PUBLIC', current_database()); END $$`)
	for name, c := range map[string]struct{ url, want string }{
		"a newer catalog":         {newer, "schema version 999 and this program knows"},
		"a user without rights":   {asReader, `CREATE SCHEMA bytepass AUTHORIZATION "reader"`},
		"a user without access":   {strings.Replace(closed, "postgres@", "reader:s3cr3t@", 1), `GRANT CONNECT ON DATABASE`},
		"another kind of URL":     {"mysql://reader:s3cr3t@127.0.0.1/db", "postgres://user@host:5432/database"},
		"no URL":                  {"postgres://reader:s3cr3t@127.0.0.1:port/db", "postgres://user@host:5432/database"},
		"a setting out of bounds": {"postgres://reader:s3cr3t@127.0.0.1/db?pool_max_conns=0", "pool_max_conns"},
		"no such database":        {asReader[:strings.LastIndex(asReader, "/")] + "/none?sslmode=disable", "none"},
	} {
		other, err := OpenPostgres(t.Context(), c.url, time.Now)
		if err == nil {
			_ = other.Close()
			t.Errorf("%s is opened", name)
		} else if !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "s3cr3t") {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := c.Ping(t.Context()); err != nil { // it was opened before the schema grew
		t.Error(err)
	}
}

// Once the schema is there, a user who may change none opens the catalog.
func TestPostgresOpensWithFewRights(t *testing.T) {
	url := pgtest.Start(t, pgtest.Quick()...).Database(t)
	openPostgres(t, url, time.Now)
	pgtest.Exec(t, url, `CREATE ROLE writer LOGIN`, `GRANT USAGE ON SCHEMA bytepass TO writer`,
		`GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA bytepass TO writer`)
	c := openPostgres(t, strings.Replace(url, "postgres@", "writer@", 1), time.Now)
	if err := c.Put(t.Context(), files.Record{Space: alice(t), Key: "a", Status: files.Stored}, 0); err != nil {
		t.Error(err)
	}
}

func TestPostgresForgetCounts(t *testing.T) {
	at := time.Now()
	c := openPostgres(t, pgtest.Start(t, pgtest.Quick()...).Database(t), func() time.Time { return at })
	seedPostgres(t, c, files.Deleted, "gone/", 1200, at.Add(time.Minute))
	seedPostgres(t, c, files.Stored, "here/", 10, time.Time{})
	if n, err := c.Forget(t.Context()); n != 0 || err != nil {
		t.Errorf("before they expire: %d, %v", n, err)
	}
	at = at.Add(time.Hour)
	if n, err := c.Forget(t.Context()); n != 1200 || err != nil {
		t.Errorf("after they expired: %d, %v", n, err)
	}
	left, err := c.List(t.Context(), catalog.Query{Space: alice(t), View: catalog.Stored, Limit: 100})
	if err != nil || len(left) != 10 {
		t.Errorf("%d records are left, %v", len(left), err)
	}
}

// seedPostgres writes n records with keys prefix + eight digits.
func seedPostgres(t testing.TB, c *Catalog, status files.Status, prefix string, n int, expires time.Time) {
	t.Helper()
	args := seedValues(t, status, prefix, expires)
	// The columns of a query have no types that the parameters could take on.
	selected := strings.Split(parameters(columns), ", ")
	for i, arg := range args {
		kind := "text"
		if _, number := arg.(int64); number {
			kind = "bigint"
		}
		selected[i] += "::" + kind
	}
	selected[1] += " || lpad(n::text, 8, '0')"
	for i, column := range columns {
		if column == "metadata" {
			selected[i] += "::jsonb"
		}
	}
	_, err := c.write.Exec(fmt.Sprintf(`INSERT INTO %s (%s, "write") SELECT %s, 0 FROM generate_series(0, $%d::int - 1) AS n`,
		c.text.records, quoted(columns), strings.Join(selected, ", "), len(columns)+1), append(args, n)...)
	if err != nil {
		t.Fatal(err)
	}
}
