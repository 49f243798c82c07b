package sql

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/bytepass/bytepass/runtime/catalog"
	"github.com/bytepass/bytepass/runtime/catalog/sql/pgtest"
	"github.com/bytepass/bytepass/runtime/files"
)

// The database stops and crashes while everybody writes, each writer its own
// keys: nobody fails, nobody is told of a conflict that is none, and what was
// acknowledged is there, once.
func TestPostgresRestartUnderLoadLosesNothing(t *testing.T) {
	server := pgtest.Start(t) // as durable as it is by default
	c := openPostgres(t, server.Database(t), time.Now)
	c.dialect.retries = 5 * time.Minute // so long no restart takes, however slow the machine is
	ctx, stop := context.WithCancel(t.Context())
	var group sync.WaitGroup
	var written atomic.Int64
	var acknowledged sync.Map // sizes by key
	for w := range 6 {
		group.Go(func() {
			r := files.Record{Space: alice(t), Status: files.Stored}
			for n := int64(1); ctx.Err() == nil; n++ {
				r.Key, r.Size = files.Key(fmt.Sprintf("w%d/%d", w, n/50)), n
				if err := rewrite(t.Context(), c, r); err != nil {
					t.Errorf("writer %d, write %d: %v", w, n, err)
					return
				}
				written.Add(1)
				acknowledged.Store(r.Key, r.Size)
			}
		})
	}
	group.Go(func() {
		for ctx.Err() == nil {
			if _, err := c.List(t.Context(), catalog.Query{Space: alice(t), View: catalog.Stored, Limit: 100}); err != nil {
				t.Errorf("list: %v", err)
				return
			}
		}
	})
	for _, how := range []pgtest.Signal{pgtest.Fast, pgtest.Crash, pgtest.Crash} {
		before := written.Load()
		for deadline := time.Now().Add(20 * time.Second); written.Load() < before+100 && time.Now().Before(deadline) && !t.Failed(); {
			time.Sleep(5 * time.Millisecond)
		}
		server.Stop(t, how)
		time.Sleep(100 * time.Millisecond) // long enough for everybody to notice
		server.Resume(t)
	}
	stop()
	group.Wait()
	acknowledged.Range(func(key, size any) bool {
		if r, _, err := c.Get(t.Context(), alice(t), key.(files.Key)); err != nil || r.Size != size {
			t.Errorf("%s: size %d was acknowledged, %d is there, %v", key, size, r.Size, err)
		}
		return true
	})
	t.Logf("measured: PostgreSQL was stopped once and crashed twice during %d writes; none failed or was lost", written.Load())
}

// rewrite writes r over what its only writer has written before, and reads it
// back: size for size, revision for revision.
func rewrite(ctx context.Context, c *Catalog, r files.Record) error {
	old, rev, err := c.Get(ctx, r.Space, r.Key)
	if err != nil {
		return err
	}
	if rev != 0 && old.Size != r.Size-1 {
		return fmt.Errorf("the record has size %d, its writer last wrote %d", old.Size, r.Size-1)
	}
	if err := c.Put(ctx, r, rev); err != nil {
		return fmt.Errorf("put: %w", err)
	}
	now, next, err := c.Get(ctx, r.Space, r.Key)
	switch {
	case err != nil:
		return err
	case now.Size != r.Size || rev != 0 && next != rev+1:
		return fmt.Errorf("size %d at revision %d was written on %d; read %d at %d", r.Size, rev+1, rev, now.Size, next)
	}
	return nil
}

// What Put says when its connection is lost, for every point at which that can
// happen and whatever another writer does meanwhile.
func TestPostgresPutAfterALostConnection(t *testing.T) {
	server := pgtest.Start(t, pgtest.Quick()...)
	url := server.Database(t)
	other := openPostgres(t, url, time.Now)
	proxy := newCutter(t, server.Address())
	c := openPostgres(t, proxy.through(url), time.Now)

	for i, test := range []struct {
		name     string
		answered bool // the write arrives and its answer is lost; else the write is lost
		others   int  // writes of another writer before Put can ask again
		want     error
	}{
		{"the write is lost", false, 0, nil},
		{"the answer is lost", true, 0, nil},
		{"the write is lost and another comes first", false, 1, catalog.ErrConflict},
		{"the write is lost and others come first", false, 2, errUnknown},
		{"the answer is lost and another follows", true, 1, errUnknown},
	} {
		for _, fresh := range []bool{true, false} {
			t.Run(fmt.Sprintf("%s, fresh %t", test.name, fresh), func(t *testing.T) {
				r := files.Record{Space: alice(t), Key: files.Key(fmt.Sprint("key", i, fresh)), Status: files.Stored, Size: 1}
				var was catalog.Revision
				if !fresh {
					if err := other.Put(t.Context(), r, 0); err != nil {
						t.Fatal(err)
					}
					_, was, _ = other.Get(t.Context(), r.Space, r.Key)
				}
				cut := proxy.arm(test.answered, func() {
					for n := range test.others {
						theirs := r
						theirs.Size = int64(100 + n)
						_, rev, err := other.Get(t.Context(), r.Space, r.Key)
						if err == nil {
							err = other.Put(t.Context(), theirs, rev)
						}
						if err != nil {
							t.Error(err)
						}
					}
				})
				r.Size = 2
				err := c.Put(t.Context(), r, was)
				if !cut() {
					t.Fatal("the connection was not cut")
				}
				want := test.want
				if fresh && test.others > 0 {
					want = errUnknown // their first revision is a time after ours, whichever was made
				}
				if !errors.Is(err, want) {
					t.Errorf("got %v, want %v", err, want)
				}
				now, rev, err := other.Get(t.Context(), r.Space, r.Key)
				if err != nil {
					t.Fatal(err)
				}
				if test.others == 0 && (now.Size != 2 || !fresh && rev != was+1) {
					t.Errorf("size %d at revision %d after %d", now.Size, rev, was)
				}
			})
		}
	}
}
