package sql

import (
	"path/filepath"
	"testing"
	"time"

	"github.com/bytepass/bytepass/runtime/catalog/sql/pgtest"
)

func TestConnections(t *testing.T) {
	file, err := OpenSQLite(t.Context(), filepath.Join(t.TempDir(), "catalog.db"), time.Now)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	server, err := OpenPostgres(t.Context(), pgtest.Start(t, pgtest.Quick()...).Database(t), time.Now)
	if err != nil {
		t.Fatal(err)
	}
	defer server.Close()
	for name, c := range map[string]*Catalog{"SQLite": file, "PostgreSQL": server} {
		if err := c.Ping(t.Context()); err != nil {
			t.Fatal(err)
		}
		if got := c.Connections(); got.Open < 1 || got.Busy != 0 || got.Most < got.Open {
			t.Errorf("%s: %+v", name, got)
		}
	}
	held, err := server.read.Conn(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer held.Close()
	if got := server.Connections(); got.Busy != 1 || got.Most != maxConnections {
		t.Errorf("one is held: %+v", got)
	}
}
