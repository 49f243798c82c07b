package catalog

import (
	"context"

	"github.com/bytepass/bytepass/runtime/files"
)

// Eraser removes records for good, which the catalog itself never does before a
// tombstone's time: it is for an administrator who erases what a person or a
// group had. Every engine implements it; neither the API nor ingest has it.
//
// An erased record has no revision that a writer could be late for. So erase
// only what the bucket has nothing of, and look again when the events of its
// deletion have been worked off: ingest writes a tombstone for each.
type Eraser interface {
	// Records calls visit for every record of the space whose key begins with
	// prefix, of every status and also of tombstones that have expired, in byte
	// order of the keys, until visit returns an error, which it returns. It sees
	// every Put that returned before.
	Records(ctx context.Context, space files.Space, prefix string, visit func(files.Record, Revision) error) error

	// Erase removes the record of key if it is still at revision was, and
	// returns ErrConflict if it is at another. That there is none is no error.
	Erase(ctx context.Context, space files.Space, key files.Key, was Revision) error
}

// PrefixBounds returns the keys of a space that begin with prefix and are
// greater than after, unless that is empty. The error is that of Query.Bounds.
func PrefixBounds(space files.Space, prefix, after string) (Bounds, error) {
	return Query{Space: space, View: Stored, Prefix: prefix, After: after, Limit: 1}.Bounds()
}
