// Package catalog knows what arrived: one record for each key, a projection of
// the bucket that may lag, may be deleted, and can be rebuilt from the bucket.
//
// The Catalog interface is its contract. Package catalogtest holds the suite
// that every engine passes; the engines are the packages dynamodb (AWS) and
// sql (SQLite on a laptop, PostgreSQL where several servers share it). To add
// an engine, implement the interface and run the suite: that is all there is
// to it.
package catalog

import (
	"context"
	"errors"
	"time"

	"github.com/bytepass/bytepass/runtime/files"
)

// ErrConflict is what Put returns when the record is no longer at the revision
// that the caller read: read again, look again, write again.
var ErrConflict = errors.New("catalog: the record has another revision by now")

// Revision names one write of a record. 0 is "there is no record"; every write
// has a greater one than the write before it.
type Revision int64

// Next returns the revision of the write that follows was, at now. The first
// revision of a record is the time in microseconds instead of 1: a key that was
// forgotten and comes back must not get a revision that a slow writer still
// holds from its former life.
func (was Revision) Next(now time.Time) Revision {
	if was == 0 {
		return Revision(now.UnixMicro())
	}
	return was + 1
}

// View selects one of the three listings.
type View string

// The listings. Each holds exactly the records of one status; a tombstone that
// has expired is in none of them.
const (
	Stored   View = "stored"
	Trash    View = "trash"
	Rejected View = "rejected"
)

// ViewOf returns the view that a record of this status is in, unless it is a
// tombstone that has expired.
func ViewOf(status files.Status) View {
	switch status {
	case files.Deleted:
		return Trash
	case files.Rejected:
		return Rejected
	default:
		return Stored
	}
}

// Query asks for one page of a view in one space, in byte order of the keys.
type Query struct {
	Space  files.Space
	View   View
	Prefix string // keys that begin so; empty for all
	After  string // keys greater than this, exclusive; empty for the first page
	// From, when not empty, asks for keys greater or equal; After is ignored.
	From  string
	Limit int // 1 to 1,000
}

// Catalog stores records. All methods are safe for concurrent use, also by
// several processes on the same data. Keys are compared by their bytes. Times
// are kept to the millisecond and returned in UTC; empty metadata is nil.
type Catalog interface {
	// Get returns the record of key and its revision; a key without a record
	// gives the zero Record, revision 0 and no error. The read is strongly
	// consistent: it sees every Put that returned before. Tombstones are
	// returned, expired or not, until the engine has removed them.
	Get(ctx context.Context, space files.Space, key files.Key) (files.Record, Revision, error)

	// Put stores r if the record of its key is still at revision was (0: if
	// there is none), and gives it the next revision, even when nothing
	// changed. Otherwise it stores nothing and returns ErrConflict.
	Put(ctx context.Context, r files.Record, was Revision) error

	// List returns at most q.Limit records of the view, in byte order of their
	// keys. Fewer than q.Limit means that there are no more. It may lag behind
	// Put by a second. A page costs the same however many records there are
	// and however many keys were deleted below the prefix. A query that
	// Query.Bounds refuses is answered by its *files.Problem.
	List(ctx context.Context, q Query) ([]files.Record, error)

	// Walk calls visit for every record of every space and status, in no
	// order, until visit returns an error, which it returns. A record written
	// meanwhile may or may not be visited. For reconcile.
	Walk(ctx context.Context, visit func(files.Record, Revision) error) error

	// Ping returns nil when the engine answers.
	Ping(ctx context.Context) error
}
