package sql

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/bytepass/bytepass/runtime/catalog"
	"github.com/bytepass/bytepass/runtime/catalog/sql/pgtest"
	"github.com/bytepass/bytepass/runtime/files"
)

// Each view is read from its own index, in order, without sorting: in a
// database whose collation is not that of bytes, and whether the planner knows
// nothing of the records, what it knows is wrong, or all is well.
func TestPostgresEachViewReadsItsOwnIndex(t *testing.T) {
	url := pgtest.Start(t, append(pgtest.Quick(), "autovacuum=off")...).Database(t)
	c := openPostgres(t, url, time.Now)
	var people bool
	if err := c.read.QueryRow(`SELECT 'a' < 'B'`).Scan(&people); err != nil || !people {
		t.Fatalf("the database sorts by bytes, %v; this test is about one that does not", err)
	}
	check := func(state string) {
		for view, index := range map[catalog.View]string{catalog.Stored: "records_stored", catalog.Trash: "records_trash", catalog.Rejected: "records_rejected"} {
			for _, q := range []catalog.Query{{}, {Prefix: "a/"}, {After: "b"}, {From: "b"}, {Prefix: "a/", After: "a/b"}} {
				q.Space, q.View, q.Limit = alice(t), view, catalog.MaxLimit
				bounds, err := q.Bounds()
				if err != nil {
					t.Fatal(err)
				}
				statement, args := c.text.list(q, bounds, time.Now())
				plan := postgresPlan(t, c, statement, args)
				if !strings.Contains(plan, "Index Scan using "+index+" ") || strings.Contains(plan, "Sort") ||
					!strings.Contains(plan, "(key >") {
					t.Errorf("%s, %s %+v:\n%s", state, view, q, plan)
				}
			}
		}
	}
	check("empty")
	seedPostgres(t, c, files.Stored, "a/", 20_000, time.Time{})
	seedPostgres(t, c, files.Rejected, "a/r", 10, time.Time{})
	check("not analyzed")
	pgtest.Exec(t, url, `ANALYZE bytepass.records`)
	check("analyzed")
	pgtest.Exec(t, url, `UPDATE bytepass.records SET "space" = 'u/' || right("key", 3)`, `ANALYZE bytepass.records`)
	seedPostgres(t, c, files.Deleted, "a/", 20_000, time.Now().Add(time.Hour))
	check("analyzed before the space was filled")

	var sort, bitmap string
	if err := c.read.QueryRow(`SELECT current_setting('enable_sort'), current_setting('enable_bitmapscan')`).Scan(&sort, &bitmap); err != nil || sort != "on" || bitmap != "on" {
		t.Errorf("a query leaves enable_sort %s and enable_bitmapscan %s behind, %v", sort, bitmap, err)
	}
}

// postgresPlan returns how the database would answer a query of the catalog.
func postgresPlan(t *testing.T, c *Catalog, statement string, args []any) string {
	t.Helper()
	var plan strings.Builder
	err := c.dialect.query(t.Context(), c.read, "EXPLAIN "+statement, args, func(found row) error {
		var line string
		err := found.Scan(&line)
		fmt.Fprintln(&plan, line)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return plan.String()
}

// A page costs the same in a catalog of 1,000 records and in one of a million
// with 100,000 more deleted below the prefix, although the database has not had
// the time to look at them.
func TestPostgresAPageCostsTheSameAtAnySize(t *testing.T) {
	server := pgtest.Start(t, append(pgtest.Quick(), "autovacuum=off")...)
	small, large := openPostgres(t, server.Database(t), time.Now), openPostgres(t, server.Database(t), time.Now)
	fillPostgres(t, small, 1000, 0)
	fillPostgres(t, large, 1_000_000, 100_000)
	for _, q := range costly {
		q.Space, q.View, q.Limit = alice(t), catalog.Stored, 100
		few, many := leastOf(t, small, large, q)
		t.Logf("measured: PostgreSQL, a page of %s: %v among 1,000 records, %v among 1,100,000 (ratio %.2f)", describe(q), few, many, float64(many)/float64(few))
		if many > 2*few {
			t.Errorf("%s: a page takes %v in a small catalog and %v in a large one", describe(q), few, many)
		}
	}
}

// costly are queries that have to cost the same whatever fillPostgres adds.
var costly = []catalog.Query{{Prefix: "files/"}, {Prefix: "files/", After: "files/00000500"}, {Prefix: "swept/"}, {From: "swept/"}}

func describe(q catalog.Query) string {
	return fmt.Sprintf("prefix %q after %q from %q", q.Prefix, q.After, q.From)
}

// fillPostgres stores files, and a folder in which 100 files are left behind
// those that were deleted.
func fillPostgres(t testing.TB, c *Catalog, stored, deleted int) {
	seedPostgres(t, c, files.Stored, "files/", stored, time.Time{})
	seedPostgres(t, c, files.Deleted, "swept/a", deleted, time.Now().Add(time.Hour))
	seedPostgres(t, c, files.Stored, "swept/z", 100, time.Time{})
}

// BenchmarkPostgresPage measures a page of 100 files among 1,000 records and
// among a million; BYTEPASS_BENCH_RECORDS names another number, such as
// 10000000, which takes ten minutes and 10 GB to make. By hand:
//
//	BYTEPASS_BENCH_RECORDS=10000000 go test -run '^$' -bench PostgresPage -timeout 1h ./runtime/catalog/sql
func BenchmarkPostgresPage(b *testing.B) {
	many := 1_000_000
	if text := os.Getenv("BYTEPASS_BENCH_RECORDS"); text != "" {
		var err error
		if many, err = strconv.Atoi(text); err != nil {
			b.Fatalf("BYTEPASS_BENCH_RECORDS: %v", err)
		}
	}
	server := pgtest.Start(b, pgtest.Quick()...)
	space, err := files.Person("alice")
	if err != nil {
		b.Fatal(err)
	}
	for _, n := range []int{1000, many} {
		c := openPostgres(b, server.Database(b), time.Now)
		fillPostgres(b, c, n, n/10)
		for _, q := range costly {
			q.Space, q.View, q.Limit = space, catalog.Stored, 100
			b.Run(fmt.Sprintf("%d/%s", n, describe(q)), func(b *testing.B) {
				for b.Loop() {
					if page, err := c.List(b.Context(), q); err != nil || len(page) != q.Limit {
						b.Fatalf("%d records, %v", len(page), err)
					}
				}
			})
		}
	}
}
