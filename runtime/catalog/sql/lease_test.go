package sql

import (
	"context"
	"log/slog"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/bytepass/bytepass/runtime/catalog/sql/pgtest"
)

func newLease(t *testing.T, url string, life time.Duration) *Lease {
	t.Helper()
	l, err := openPostgres(t, url, time.Now).NewLease("test", life, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func mustTake(t *testing.T, l *Lease, want bool) {
	t.Helper()
	if _, held, err := l.take(t.Context()); err != nil || held != want {
		t.Errorf("it has the lease: %v, %v; want %v", held, err, want)
	}
}

// lasting is the life of a lease that does not end during a test, however slow
// the machine is.
const lasting = 10 * time.Minute

func TestLeaseHasOneHolder(t *testing.T) {
	server := pgtest.Start(t, pgtest.Quick()...)
	url := server.Pooled(t)(server.Database(t))
	a, b := newLease(t, url, lasting), newLease(t, url, lasting)
	mustTake(t, a, true)
	mustTake(t, b, false)
	mustTake(t, a, true) // renewed
	b.giveBack(t.Context())
	mustTake(t, b, false) // it was not b's to give
	a.giveBack(t.Context())
	mustTake(t, b, true)
	mustTake(t, a, false)
}

// After the life of a lease whose holder was killed, and not before, another
// has it.
func TestLeaseOfOneThatIsGone(t *testing.T) {
	const life = time.Second
	url := pgtest.Start(t, pgtest.Quick()...).Database(t)
	begun := takeAtLast(t, newLease(t, url, life))
	takeAtLast(t, newLease(t, url, life))
	if took := time.Since(begun); took < life {
		t.Errorf("the lease of one that may still lead was taken after %v", took)
	}
}

// takeAtLast asks for a lease until it is taken, and returns when it was asked
// for that time.
func takeAtLast(t *testing.T, l *Lease) (asked time.Time) {
	t.Helper()
	for end := time.Now().Add(2 * time.Minute); ; time.Sleep(10 * time.Millisecond) {
		asked = time.Now()
		_, held, err := l.take(t.Context())
		if held {
			return asked
		}
		if asked.After(end) {
			t.Fatalf("nobody gets the lease: %v", err)
		}
	}
}

// Servers come and go, each gives the lease back, and never do two lead at a
// time.
func TestLeadersTakeTurns(t *testing.T) {
	server := pgtest.Start(t, pgtest.Quick()...)
	url := server.Database(t)
	var mu sync.Mutex
	leading := map[context.Context]bool{} // the terms of those who work
	var terms atomic.Int64
	var servers sync.WaitGroup
	for range 3 {
		l := newLease(t, url, 3*time.Second)
		servers.Go(func() {
			for terms.Load() < 6 {
				ctx, stop := context.WithTimeout(t.Context(), 10*time.Second)
				l.Lead(ctx, func(ctx context.Context) {
					mu.Lock()
					for other := range leading {
						if other.Err() == nil { // else the machine has let it wait longer than its lease
							t.Error("two lead")
						}
					}
					leading[ctx] = true
					mu.Unlock()
					time.Sleep(50 * time.Millisecond)
					mu.Lock()
					delete(leading, ctx)
					mu.Unlock()
					terms.Add(1)
					stop()
					<-ctx.Done()
				})
				stop()
			}
		})
	}
	servers.Wait()
}

// A leader that loses its database stops before another may begin, and leads
// again when nobody else does.
func TestLeaderWithoutADatabase(t *testing.T) {
	server := pgtest.Start(t)
	const life = 3 * time.Second
	l := newLease(t, server.Database(t), life)
	terms := make(chan context.Context)
	ctx, stop := context.WithCancel(t.Context())
	var leader sync.WaitGroup
	leader.Go(func() {
		l.Lead(ctx, func(ctx context.Context) {
			terms <- ctx
			<-ctx.Done()
		})
	})
	term := <-terms
	for tries := 1; ; tries++ {
		time.Sleep(life)
		if term.Err() == nil { // it was renewed
			break
		}
		if tries == 10 { // no machine lets it wait so often
			t.Fatal("a lease that could be renewed is lost each time")
		}
		term = <-terms
	}
	server.Stop(t, pgtest.Crash)
	select {
	case <-term.Done():
	case <-time.After(life):
		select { // on a machine that has let both wait, both are due
		case <-term.Done():
		case <-time.After(life / 2):
			t.Error("it leads without a database longer than its lease")
		}
	}
	server.Resume(t)
	<-terms
	stop()
	leader.Wait()
}

func TestSQLiteHasNoLeases(t *testing.T) {
	c, err := OpenSQLite(t.Context(), filepath.Join(t.TempDir(), "catalog.db"), time.Now)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	if _, err := c.NewLease("test", time.Second, nil); err == nil {
		t.Error("it has one")
	}
}
