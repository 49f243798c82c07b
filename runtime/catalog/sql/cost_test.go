package sql

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/bytepass/bytepass/runtime/catalog"
	"github.com/bytepass/bytepass/runtime/files"
)

// seed writes n records with keys prefix + seven digits in one statement, which
// is what makes a large catalog affordable in a test.
func seed(t testing.TB, c *Catalog, status files.Status, prefix string, n int, expires time.Time) {
	t.Helper()
	args := seedValues(t, status, prefix, expires)
	selected := strings.Replace(parameters(columns), "$2", "$2 || printf('%07d', n)", 1)
	_, err := c.write.Exec(fmt.Sprintf(`WITH RECURSIVE counter(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM counter WHERE n < $%d - 1)
		INSERT INTO records (%s) SELECT %s FROM counter`, len(columns)+1, quoted(columns), selected), append(args, n)...)
	if err != nil {
		t.Fatal(err)
	}
}

// Each view has to be read from its own index, in order, without sorting.
func TestEachViewReadsItsOwnIndex(t *testing.T) {
	c := open(t, filepath.Join(t.TempDir(), "catalog.db"), time.Now)
	for view, index := range map[catalog.View]string{catalog.Stored: "records_stored", catalog.Trash: "records_trash", catalog.Rejected: "records_rejected"} {
		for _, q := range []catalog.Query{{}, {Prefix: "a/"}, {After: "b"}, {From: "b"}, {Prefix: "a/", After: "a/b"}} {
			q.Space, q.View, q.Limit = alice(t), view, 10
			bounds, err := q.Bounds()
			if err != nil {
				t.Fatal(err)
			}
			statement, args := c.text.list(q, bounds, time.Now())
			plan := plan(t, c, statement, args)
			if len(plan) != 1 || !strings.Contains(plan[0], "USING INDEX "+index+" (space=? AND key>") {
				t.Errorf("%s %+v: %q", view, q, plan)
			}
		}
	}
}

// plan returns the steps by which the database would answer a query.
func plan(t *testing.T, c *Catalog, statement string, args []any) (steps []string) {
	t.Helper()
	rows, err := c.read.Query("EXPLAIN QUERY PLAN "+statement, args...)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		var id, parent, unused int
		var step string
		if err := rows.Scan(&id, &parent, &unused, &step); err != nil {
			t.Fatal(err)
		}
		steps = append(steps, step)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return steps
}

// A page costs the same in a catalog of 1,000 records and in one of 200,000
// with 100,000 more deleted below the prefix. Both are measured in turn, so
// that whatever else the machine does hits both.
func TestAPageCostsTheSameAtAnySize(t *testing.T) {
	future := time.Now().Add(time.Hour)
	small := open(t, filepath.Join(t.TempDir(), "small.db"), time.Now)
	seed(t, small, files.Stored, "files/", 1000, time.Time{})
	seed(t, small, files.Stored, "swept/z", 100, time.Time{})
	large := open(t, filepath.Join(t.TempDir(), "large.db"), time.Now)
	seed(t, large, files.Stored, "files/", 200_000, time.Time{})
	seed(t, large, files.Stored, "swept/z", 100, time.Time{})
	seed(t, large, files.Deleted, "swept/a", 100_000, future)

	for _, q := range []catalog.Query{
		{Prefix: "files/"}, {Prefix: "files/", After: "files/0000500"}, {Prefix: "swept/"}, {From: "swept/"},
	} {
		q.Space, q.View, q.Limit = alice(t), catalog.Stored, 100
		few, many := leastOf(t, small, large, q)
		t.Logf("%+v: %v among 1,000, %v among 300,000", q, few, many)
		if many > 2*few {
			t.Errorf("%+v: a page takes %v in a small catalog and %v in a large one", q, few, many)
		}
	}
}

// leastOf returns what a page costs in each of two catalogs, at the least of many
// times: on a busy machine, most of them hold the turn of another program.
func leastOf(t *testing.T, a, b *Catalog, q catalog.Query) (ofA, ofB time.Duration) {
	t.Helper()
	least := [2]time.Duration{time.Hour, time.Hour}
	for range 60 {
		for i, c := range []*Catalog{a, b} {
			start := time.Now()
			page, err := c.List(t.Context(), q)
			if err != nil || len(page) != q.Limit {
				t.Fatalf("%d records, %v", len(page), err)
			}
			least[i] = min(least[i], time.Since(start))
		}
	}
	return least[0], least[1]
}
