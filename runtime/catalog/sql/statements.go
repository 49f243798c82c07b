package sql

import (
	"fmt"
	"strings"
	"time"

	"github.com/bytepass/bytepass/runtime/catalog"
	"github.com/bytepass/bytepass/runtime/files"
)

var (
	selectOne   = `SELECT ` + quoted() + ` FROM records WHERE "space" = $1 AND "key" = $2`
	selectBatch = `SELECT ` + quoted() + ` FROM records WHERE ("space", "key") > ($1, $2) ORDER BY "space", "key" LIMIT 500`
	insert      = `INSERT INTO records (` + quoted() + `) VALUES (` + parameters() + `) ON CONFLICT ("space", "key") DO NOTHING`
	update      = updateStatement()
	forgetSome  = `DELETE FROM records WHERE "status" = 'deleted' AND ("space", "key") IN (` +
		`SELECT "space", "key" FROM records WHERE "status" = 'deleted' AND "expiresAt" <= $1 LIMIT 500)`
)

// parameters returns $1 to the number of columns.
func parameters() string {
	list := make([]string, len(columns))
	for i := range columns {
		list[i] = fmt.Sprintf("$%d", i+1)
	}
	return strings.Join(list, ", ")
}

func updateStatement() string {
	set := make([]string, len(columns))
	for i, column := range columns {
		set[i] = fmt.Sprintf(`"%s" = $%d`, column, i+1)
	}
	return fmt.Sprintf(`UPDATE records SET %s WHERE "space" = $1 AND "key" = $2 AND "rev" = $%d`, strings.Join(set, ", "), len(columns)+1)
}

// listStatement returns the query of a page. The status is written into the
// text, not bound: a database uses a partial index only if it can see that the
// condition of the index holds.
func listStatement(q catalog.Query, b catalog.Bounds, now time.Time) (string, []any) {
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
	return fmt.Sprintf(`SELECT %s FROM records WHERE "space" = $1 AND "status" = '%s' AND "key" %s $2%s ORDER BY "key" LIMIT $3`,
		quoted(), status, above, more.String()), args
}
