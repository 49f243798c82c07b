package sql

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/bytepass/bytepass/runtime/catalog"
	"github.com/bytepass/bytepass/runtime/catalog/catalogtest"
	"github.com/bytepass/bytepass/runtime/files"
)

func open(t *testing.T, path string, now func() time.Time) *Catalog {
	t.Helper()
	c, err := OpenSQLite(t.Context(), path, now)
	return opened(t, c, err)
}

func TestConformance(t *testing.T) {
	catalogtest.Run(t, func(t *testing.T, now func() time.Time) catalogtest.Engine {
		path := filepath.Join(t.TempDir(), "catalog.db")
		return engineOf(open(t, path, now), open(t, path, now))
	})
}

// What is written is there after the file was closed and opened again, whatever
// its path looks like to a parser of URIs.
func TestReopenAnyPath(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "a b%3F?mode=memory#é")
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, "catalog.db")
	for i := range 3 {
		c, err := OpenSQLite(t.Context(), path, time.Now)
		if err != nil {
			t.Fatal(err)
		}
		_, rev, err := c.Get(t.Context(), alice(t), "kept")
		if err != nil || (rev != 0) != (i > 0) {
			t.Fatalf("opened for the %d. time: revision %d, %v", i+1, rev, err)
		}
		if err := c.Put(t.Context(), files.Record{Space: alice(t), Key: "kept", Status: files.Stored}, rev); err != nil {
			t.Fatal(err)
		}
		if err := c.Close(); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := os.Stat(path); err != nil {
		t.Error(err)
	}
}

func TestOpenRefusesANewerSchema(t *testing.T) {
	path := filepath.Join(t.TempDir(), "catalog.db")
	c := open(t, path, time.Now)
	if _, err := c.write.Exec(`INSERT INTO migrations ("version") VALUES (999)`); err != nil {
		t.Fatal(err)
	}
	if _, err := OpenSQLite(t.Context(), path, time.Now); err == nil || !strings.Contains(err.Error(), "schema version 999") {
		t.Errorf("got %v", err)
	}
}

func TestOpenNamesThePath(t *testing.T) {
	path := filepath.Join(t.TempDir(), "none", "catalog.db")
	if _, err := OpenSQLite(t.Context(), path, time.Now); err == nil || !strings.Contains(err.Error(), path) {
		t.Errorf("got %v", err)
	}
}

func TestConnectionSettings(t *testing.T) {
	c := open(t, filepath.Join(t.TempDir(), "catalog.db"), time.Now)
	for pragma, want := range map[string]string{"journal_mode": "wal", "synchronous": "2", "busy_timeout": "10000"} {
		var got string
		if err := c.write.QueryRow("PRAGMA " + pragma).Scan(&got); err != nil || got != want {
			t.Errorf("%s is %s, %v; want %s", pragma, got, err, want)
		}
	}
	if _, err := c.read.Exec(`DELETE FROM records`); err == nil {
		t.Error("a connection for reading writes")
	}
}

func TestForgetCounts(t *testing.T) {
	at := time.Now()
	c := open(t, filepath.Join(t.TempDir(), "catalog.db"), func() time.Time { return at })
	seed(t, c, files.Deleted, "gone/", 1200, at.Add(time.Minute))
	seed(t, c, files.Stored, "here/", 10, time.Time{})
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
