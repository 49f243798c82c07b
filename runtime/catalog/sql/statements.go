package sql

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/bytepass/bytepass/runtime/catalog"
	"github.com/bytepass/bytepass/runtime/files"
)

// statements are the texts for one database.
type statements struct {
	records                                           string // the table's name
	ping, one, batch, insert, update, writer, someOld string
}

// newStatements returns the texts. insert takes the values of the columns, and
// then, in a dialect that is marked, the write's name; update takes what insert
// takes, and then the revision that the record has to be at.
func newStatements(d dialect) statements {
	t, written := d.schema+"records", columns
	if d.marked {
		written = append(slices.Clone(columns), "write")
	}
	return statements{
		records: t,
		ping:    `SELECT COUNT(*) FROM (SELECT 1 FROM ` + t + ` LIMIT 1) AS any_record`,
		one:     `SELECT ` + quoted(columns) + ` FROM ` + t + ` WHERE "space" = $1 AND "key" = $2`,
		batch:   `SELECT ` + quoted(columns) + ` FROM ` + t + ` WHERE ("space", "key") > ($1, $2) ORDER BY "space", "key" LIMIT 500`,
		insert:  `INSERT INTO ` + t + ` (` + quoted(written) + `) VALUES (` + parameters(written) + `) ON CONFLICT ("space", "key") DO NOTHING`,
		update: fmt.Sprintf(`UPDATE %s SET (%s) = (%s) WHERE "space" = $1 AND "key" = $2 AND "rev" = $%d`,
			t, quoted(written), parameters(written), len(written)+1),
		writer: `SELECT "rev", "write" FROM ` + t + ` WHERE "space" = $1 AND "key" = $2`,
		someOld: `DELETE FROM ` + t + ` WHERE "status" = 'deleted' AND "expiresAt" <= $1 AND ("space", "key") IN (` +
			`SELECT "space", "key" FROM ` + t + ` WHERE "status" = 'deleted' AND "expiresAt" <= $1 LIMIT 500)`,
	}
}

// quoted returns the columns as a list of quoted names.
func quoted(columns []string) string { return `"` + strings.Join(columns, `", "`) + `"` }

// parameters returns $1 to the number of columns.
func parameters(columns []string) string {
	list := make([]string, len(columns))
	for i := range columns {
		list[i] = fmt.Sprintf("$%d", i+1)
	}
	return strings.Join(list, ", ")
}

// list returns the query of a page. The status is written into the text, not
// bound: a database uses a partial index only if it can see that the condition
// of the index holds.
func (s statements) list(q catalog.Query, b catalog.Bounds, now time.Time) (string, []any) {
	status := map[catalog.View]files.Status{catalog.Stored: files.Stored, catalog.Trash: files.Deleted, catalog.Rejected: files.Rejected}[q.View]
	above := ">="
	if b.After {
		above = ">"
	}
	args := []any{q.Space.String(), b.Low, q.Limit}
	var more strings.Builder
	if b.High != "" {
		args = append(args, b.High)
		fmt.Fprintf(&more, ` AND "key" < $%d`, len(args))
	}
	if q.View == catalog.Trash {
		args = append(args, now.UnixMilli())
		fmt.Fprintf(&more, ` AND "expiresAt" > $%d`, len(args))
	}
	return fmt.Sprintf(`SELECT %s FROM %s WHERE "space" = $1 AND "status" = '%s' AND "key" %s $2%s ORDER BY "key" LIMIT $3`,
		quoted(columns), s.records, status, above, more.String()), args
}
