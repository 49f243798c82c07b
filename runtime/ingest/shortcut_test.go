package ingest

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/bytepass/bytepass/runtime/catalog"
	"github.com/bytepass/bytepass/runtime/catalog/catalogtest"
	"github.com/bytepass/bytepass/runtime/files"
)

// shortcut is a catalog that leaves out writes which look needless, as the
// worker that has it would if it looked at what it has just read.
type shortcut struct {
	Catalog
	needless func(old files.Record, was catalog.Revision, next files.Record) bool
	read     map[files.Key]files.Record
}

func (s *shortcut) Get(ctx context.Context, space files.Space, key files.Key) (files.Record, catalog.Revision, error) {
	r, rev, err := s.Catalog.Get(ctx, space, key)
	s.read[key] = r
	return r, rev, err
}

func (s *shortcut) Put(ctx context.Context, r files.Record, was catalog.Revision) error {
	if s.needless(s.read[r.Key], was, r) {
		return nil
	}
	return s.Catalog.Put(ctx, r, was)
}

// The two forbidden shortcuts, and for each a history in which a slow worker
// commits what is no longer true.
var shortcuts = map[string]struct {
	needless func(old files.Record, was catalog.Revision, next files.Record) bool
	history  func(s *simulation, key string)
}{
	"no commit when nothing changed": {
		needless: func(old files.Record, was catalog.Revision, next files.Record) bool {
			return was != 0 && equal(old, next)
		},
		history: func(s *simulation, key string) {
			s.bucket.put(key, 5, 5)
			s.settle()
			s.bucket.delete(key)
			slow := s.deliver(0)
			s.step(slow, proceed) // reads the revision
			s.step(slow, proceed) // sees that the object is gone
			s.bucket.undelete(key)
			s.finish(s.deliver(0)) // sees what the record says already
			s.finish(slow)
		},
	},
	"no tombstone when there was no record": {
		needless: func(_ files.Record, was catalog.Revision, next files.Record) bool {
			return was == 0 && next.Status == files.Deleted
		},
		history: func(s *simulation, key string) {
			s.bucket.put(key, 5, 5)
			slow := s.deliver(0)
			s.step(slow, proceed) // reads that there is no record
			s.step(slow, proceed) // sees the object
			s.bucket.delete(key)
			s.finish(s.deliver(0)) // sees neither object nor record
			s.finish(slow)
		},
	},
}

func TestTheForbiddenShortcutsDiverge(t *testing.T) {
	for name, c := range shortcuts {
		t.Run(name, func(t *testing.T) {
			mistake := func(inner Catalog) Catalog {
				return &shortcut{Catalog: inner, needless: c.needless, read: map[files.Key]files.Record{}}
			}
			run := func(wrap func(Catalog) Catalog) error {
				s := newSimulation("alice", catalogtest.NewMemory(time.Now), wrap)
				c.history(s, s.keys[0])
				s.settle()
				return s.converged(t.Context())
			}
			if err := run(nil); err != nil {
				t.Errorf("without the shortcut: %v", err)
			}
			if err := run(mistake); err == nil {
				t.Error("the history converges in spite of the shortcut")
			}

			// The property finds it by itself, too.
			m := catalogtest.NewMemory(time.Now)
			const histories = 2000
			for seed := range histories {
				script := scripts().Example(seed)
				if play(newSimulation(fmt.Sprint("mistaken", seed), m, mistake), script) == nil {
					continue
				}
				if err := play(newSimulation(fmt.Sprint("right", seed), m, nil), script); err != nil {
					t.Errorf("seed %d fails without the shortcut: %v", seed, err)
				}
				t.Logf("found with seed %d", seed)
				return
			}
			t.Errorf("none of %d random histories shows the shortcut", histories)
		})
	}
}
