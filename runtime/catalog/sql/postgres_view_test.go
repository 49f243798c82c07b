package sql

import (
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/bytepass/bytepass/runtime/catalog/sql/pgtest"
	"github.com/bytepass/bytepass/runtime/files"
)

// The view for people has the published names, real types, and what is stored;
// nobody writes through it; and what it has is documented in the database.
func TestPostgresFilesView(t *testing.T) {
	url := pgtest.Start(t, pgtest.Quick()...).Database(t)
	c := openPostgres(t, url, time.Now)
	team, err := files.Group("team")
	if err != nil {
		t.Fatal(err)
	}
	at := time.Date(2026, 2, 3, 4, 5, 6, 789_000_000, time.UTC)
	mine := files.Record{
		Space: alice(t), Key: "photos/a.jpg", Bucket: "bucket", Size: 7, MimeType: "image/jpeg", VersionID: "v1",
		UploadedAt: at, Metadata: map[string]string{"album": "2026"}, Status: files.Stored,
	}
	gone, ours := mine, mine
	gone.Key, gone.Status = "gone", files.Deleted
	ours.Space, ours.Metadata = team, nil
	for _, r := range []files.Record{mine, gone, ours} {
		if err := c.Put(t.Context(), r, 0); err != nil {
			t.Fatal(err)
		}
	}
	pgtest.Exec(t, url, `CREATE ROLE analyst LOGIN`, `GRANT USAGE ON SCHEMA bytepass TO analyst`, `GRANT SELECT ON bytepass.files TO analyst`)
	analyst, err := pgx.Connect(t.Context(), strings.Replace(url, "postgres@", "analyst@", 1))
	if err != nil {
		t.Fatal(err)
	}
	defer analyst.Close(t.Context())
	var key, bucket, mime, version, user string
	var size int64
	var uploaded time.Time
	err = analyst.QueryRow(t.Context(), `SELECT "key", "bucket", "size", "mimeType", "uploadedAt", "versionId", "userId" FROM bytepass.files WHERE "metadata" ->> 'album' = '2026'`).
		Scan(&key, &bucket, &size, &mime, &uploaded, &version, &user)
	if err != nil || key != "photos/a.jpg" || bucket != "bucket" || size != 7 || mime != "image/jpeg" || !uploaded.Equal(at) || version != "v1" || user != "alice" {
		t.Errorf("%q %q %d %q %v %q %q, %v", key, bucket, size, mime, uploaded, version, user, err)
	}
	var all, ofNobody int
	if err := c.read.QueryRow(`SELECT count(*), count(*) FILTER (WHERE "userId" IS NULL AND "space" = 'g/team') FROM bytepass.files`).Scan(&all, &ofNobody); err != nil || all != 2 || ofNobody != 1 {
		t.Errorf("%d files, %d of the group, %v; want 2 and 1", all, ofNobody, err)
	}
	for _, statement := range []string{`DELETE FROM bytepass.files`, `UPDATE bytepass.files SET "size" = 0`, `INSERT INTO bytepass.files ("key") VALUES ('x')`} {
		if _, err := c.write.Exec(statement); err == nil || !strings.Contains(err.Error(), "read-only") {
			t.Errorf("%s: %v", statement, err)
		}
	}
	var silent string
	err = c.read.QueryRow(`SELECT coalesce(string_agg(attname, ' '), '') FROM pg_attribute
		WHERE attrelid = 'bytepass.files'::regclass AND attnum > 0 AND col_description(attrelid, attnum) IS NULL`).Scan(&silent)
	if err != nil || silent != "" {
		t.Errorf("these columns of bytepass.files have no comment: %s %v", silent, err)
	}
}
