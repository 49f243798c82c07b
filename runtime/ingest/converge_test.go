package ingest

import (
	"context"
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/bytepass/bytepass/runtime/catalog/catalogtest"
	"github.com/bytepass/bytepass/runtime/catalog/dynamodb"
	"github.com/bytepass/bytepass/runtime/catalog/dynamodb/dynamodbtest"
	"github.com/bytepass/bytepass/runtime/catalog/sql"
	"github.com/bytepass/bytepass/runtime/catalog/sql/pgtest"
)

// scripts makes histories: every choice of a run comes from the bytes of its
// script, about three of them for each action.
func scripts() *rapid.Generator[[]byte] { return rapid.SliceOfN(rapid.Byte(), 150, 600) }

// play runs a script: people put, delete, restore and erase, while two workers
// and a reconcile handle events, which come in any order, late, twice; calls
// fail before or after they were made, and workers die. Then everything that is
// left is delivered, and the catalog has to be equal to the bucket.
func play(s *simulation, script []byte) error {
	next := func() int {
		if len(script) == 0 {
			return 0
		}
		b := script[0]
		script = script[1:]
		return int(b)
	}
	for len(script) > 0 {
		choice, key := next()%24, s.keys[0]
		if next()%4 == 0 {
			key = s.keys[1]
		}
		switch choice { // the generator prefers small numbers: what moves things on has them
		case 0, 6, 12, 18:
			if len(s.workers) < 2 {
				s.deliver(next())
			}
		case 1, 7, 13, 2, 8, 14, 19:
			if len(s.workers) == 0 {
				continue
			}
			w := s.workers[next()%len(s.workers)]
			switch choice {
			case 1, 7, 13:
				s.step(w, proceed)
			case 2, 8, 14:
				s.finish(w)
			default:
				s.step(w, []verdict{crash, loseReply}[next()%2])
			}
		case 3, 15:
			s.bucket.put(key, 5, 5)
		case 4, 16:
			s.bucket.delete(key)
		case 5, 17:
			s.bucket.undelete(key)
		case 9:
			s.bucket.put(key, 6, 5) // not what was declared
		case 10:
			s.bucket.restore(key, next())
		case 11:
			s.bucket.remove(key, next())
		case 20, 21:
			if len(s.sent) > 0 {
				s.pending = append(s.pending, s.sent[next()%len(s.sent)])
			}
		case 22:
			if len(s.workers) < 3 {
				s.reconcile()
			}
		case 23:
			s.now = s.now.Add(time.Hour)
		}
	}
	s.settle()
	return s.converged(context.Background())
}

func TestTheCatalogConvergesInMemory(t *testing.T) {
	m, run := catalogtest.NewMemory(time.Now), 0
	rapid.Check(t, func(t *rapid.T) {
		for range 10 { // a run takes a fraction of a millisecond
			run++
			s := newSimulation(fmt.Sprint("run", run), m, nil)
			if err := play(s, scripts().Draw(t, "script")); err != nil {
				t.Fatal(err)
			}
		}
	})
}

func TestTheCatalogConvergesInSQLite(t *testing.T) {
	c, err := sql.OpenSQLite(t.Context(), filepath.Join(t.TempDir(), "catalog.db"), time.Now)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	run := 0
	rapid.Check(t, func(t *rapid.T) {
		run++
		s := newSimulation(fmt.Sprint("run", run), c, nil)
		if err := play(s, scripts().Draw(t, "script")); err != nil {
			t.Fatal(err)
		}
	})
}

func TestTheCatalogConvergesInPostgreSQL(t *testing.T) {
	c, err := sql.OpenPostgres(t.Context(), pgtest.Start(t, pgtest.Quick()...).Database(t), time.Now)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	run := 0
	rapid.Check(t, func(t *rapid.T) {
		run++
		s := newSimulation(fmt.Sprint("run", run), c, nil)
		if err := play(s, scripts().Draw(t, "script")); err != nil {
			t.Fatal(err)
		}
	})
}

func TestTheCatalogConvergesInDynamoDB(t *testing.T) {
	client := dynamodbtest.Start(t)
	c := dynamodb.New(client, dynamodbtest.Table(t, client), time.Now)
	for seed := range 40 {
		s := newSimulation(fmt.Sprint("run", seed), c, nil)
		if err := play(s, scripts().Example(seed)); err != nil {
			t.Fatalf("seed %d: %v", seed, err)
		}
	}
}
