package verify

import (
	"database/sql"
	"slices"
	"testing"

	_ "modernc.org/sqlite"

	"github.com/bytepass/bytepass/runtime/verify"
)

// TestIngestDead: the catalog takes no record any more, so nothing that arrives
// is ever listed. Only that is found; what needs a listed file is not checked.
func TestIngestDead(t *testing.T) {
	d := deploy(t)
	defer d.server.Kill() // it would try for long to follow before it stops
	db, err := sql.Open("sqlite", d.folder.Catalog()+"?_pragma=busy_timeout(5000)")
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.Exec(`CREATE TRIGGER dead BEFORE INSERT ON records BEGIN SELECT RAISE(FAIL, 'ingest is dead'); END`); err != nil {
		t.Fatal(err)
	}
	cfg := d.config(t, fault{})
	cfg.Except, cfg.ListedWithin = []string{"expiry"}, haste
	report, err := verify.Run(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	if red := named(report, verify.Failed); !slices.Equal(red, []string{"ingest"}) {
		t.Errorf("failed: %q\n%s", red, text(report))
	}
	if missed := named(report, verify.NotChecked); !slices.Equal(missed, []string{"other-owner", "expiry", "download", "disposition", "download-bound", "delete", "restore"}) {
		t.Errorf("not checked: %q\n%s", missed, text(report))
	}
}
