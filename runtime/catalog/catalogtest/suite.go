// Package catalogtest is the conformance suite of the catalog: what every
// engine has to pass. An engine joins with
//
//	func TestConformance(t *testing.T) {
//		catalogtest.Run(t, func(t *testing.T, now func() time.Time) catalogtest.Engine {
//			first, second := …  // two handles on the same new and empty data, with now as their clock
//			return catalogtest.Engine{Catalog: first, Other: second, Forget: …}
//		})
//	}
//
// The suite needs nothing but the engine; it asks a list again, since an engine
// may lag. It cannot see what a page costs: each engine has a test of its own
// for that. Memory is the reference engine.
package catalogtest

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/bytepass/bytepass/runtime/catalog"
	"github.com/bytepass/bytepass/runtime/files"
)

// Engine is one engine under test, with data of its own.
type Engine struct {
	catalog.Catalog
	// Other is a second handle on the same data, as another process has it.
	Other catalog.Catalog
	// Forget removes the tombstones that have expired, which the engine does
	// by itself some day.
	Forget func(context.Context) error
}

// Run runs the suite. open is called once for each test and returns an engine
// that is empty and whose clock is now; it cleans up through t.
func Run(t *testing.T, open func(t *testing.T, now func() time.Time) Engine) {
	for _, c := range []struct {
		name string
		test func(*testing.T, *suite)
	}{
		{"get and put on a revision", testRevisions},
		{"every put is a new revision", testEveryPutCounts},
		{"one writer wins a revision", testConcurrentWriters},
		{"a forgotten key does not get an old revision", testForgottenRevisions},
		{"every field comes back", testFields},
		{"awkward values come back", testAwkwardValues},
		{"times are kept to the millisecond", testTimes},
		{"byte order", testByteOrder},
		{"prefixes are not patterns", testPrefixes},
		{"after and from", testAfterFrom},
		{"limits", testLimits},
		{"a record is in one view", testViews},
		{"deleted keys are not listed", testDeletedKeys},
		{"expired tombstones are not listed", testExpiry},
		{"spaces are apart", testSpaces},
		{"folders", testFolders},
		{"walk visits everything", testWalk},
		{"records of every status", testRecords},
		{"records of many keys", testManyRecords},
		{"erase", testErase},
		{"a cancelled context", testCancelled},
		{"ping", testPing},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s := &suite{at: time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)}
			s.Engine = open(t, func() time.Time { return s.at })
			c.test(t, s)
		})
	}
}

// mostLag bounds how long a list may lag behind a write, on a machine that does
// much else.
const mostLag = 2 * time.Minute

// suite is what a test works with: an engine and its clock.
type suite struct {
	Engine
	at time.Time
}

// person returns the space of an owner.
func person(t *testing.T, owner string) files.Space {
	t.Helper()
	space, err := files.Person(owner)
	if err != nil {
		t.Fatal(err)
	}
	return space
}

// stored returns a record of key as ingest would write it.
func stored(space files.Space, key string) files.Record {
	return files.Record{
		Space: space, Key: files.Key(key), Bucket: "bucket", Status: files.Stored,
		Size: 7, MimeType: "text/plain", ETag: "etag", VersionID: "v1",
		UploadedAt: time.Date(2026, 2, 3, 4, 5, 6, 0, time.UTC),
	}
}

// tombstone turns r into what ingest writes when the object is gone.
func (s *suite) tombstone(r files.Record, life time.Duration) files.Record {
	r.Status, r.DeletedAt, r.ExpiresAt = files.Deleted, s.at, s.at.Add(life)
	return r
}

// put writes r over whatever record there is.
func (s *suite) put(t *testing.T, r files.Record) {
	t.Helper()
	_, rev, err := s.Get(t.Context(), r.Space, r.Key)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Put(t.Context(), r, rev); err != nil {
		t.Fatalf("put %q: %v", r.Key, err)
	}
}

// fill stores records of keys in space.
func (s *suite) fill(t *testing.T, space files.Space, keys ...string) {
	t.Helper()
	for _, key := range keys {
		s.put(t, stored(space, key))
	}
}

// lists fails the test unless q, asked again while the engine lags, gives keys.
func (s *suite) lists(t *testing.T, q catalog.Query, want ...string) {
	t.Helper()
	if q.Limit == 0 {
		q.Limit = 100
	}
	if q.View == "" {
		q.View = catalog.Stored
	}
	var got []string
	for deadline := time.Now().Add(mostLag); ; time.Sleep(10 * time.Millisecond) {
		records, err := s.List(t.Context(), q)
		if err != nil {
			t.Fatalf("list %+v: %v", q, err)
		}
		if got = keysOf(records); slices.Equal(got, want) {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("list %+v:\n got %+q\nwant %+q", q, got, want)
		}
	}
}

func keysOf(records []files.Record) []string {
	keys := make([]string, len(records))
	for i, r := range records {
		keys[i] = string(r.Key)
	}
	return keys
}
