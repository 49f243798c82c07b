package sql

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"sync"
	"testing"
	"time"

	driversqlite "modernc.org/sqlite"

	"github.com/bytepass/bytepass/runtime/catalog"
	"github.com/bytepass/bytepass/runtime/files"
)

// grouped is a catalog whose turn to write the test has, and what its
// connection commits.
type grouped struct {
	*Catalog
	group   *group
	commits int
	refuse  bool // the next commit
}

func openGrouped(t *testing.T) *grouped {
	t.Helper()
	g := &grouped{Catalog: open(t, filepath.Join(t.TempDir(), "catalog.db"), time.Now)}
	g.group = newGroup(g.write)
	g.change = g.group.change
	g.group.turn <- struct{}{}
	conn, err := g.write.Conn(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	err = conn.Raw(func(driver any) error {
		driver.(driversqlite.HookRegisterer).RegisterCommitHook(func() int32 {
			g.commits++
			if g.refuse {
				return 1
			}
			return 0
		})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return g
}

// puts puts records of these keys when all of them wait, and returns what each
// was answered.
func (g *grouped) puts(t *testing.T, keys ...files.Key) map[files.Key]error {
	t.Helper()
	var mu sync.Mutex
	answers := map[files.Key]error{}
	var writers sync.WaitGroup
	before := g.waiting()
	for _, key := range keys {
		writers.Go(func() {
			r := files.Record{Space: alice(t), Key: key, Status: files.Stored}
			if key == "broken" {
				r.Status = "no such status"
			}
			err := g.Put(t.Context(), r, 0)
			mu.Lock()
			defer mu.Unlock()
			answers[key] = err
		})
	}
	g.await(before + len(keys))
	<-g.group.turn
	writers.Wait()
	g.group.turn <- struct{}{}
	return answers
}

// await returns when so many changes wait.
func (g *grouped) await(many int) {
	for g.waiting() < many {
		time.Sleep(time.Millisecond)
	}
}

func (g *grouped) waiting() int {
	g.group.mu.Lock()
	defer g.group.mu.Unlock()
	return len(g.group.waiting)
}

func (g *grouped) holds(t *testing.T, key files.Key) bool {
	t.Helper()
	_, rev, err := g.Get(t.Context(), alice(t), key)
	if err != nil {
		t.Fatal(err)
	}
	return rev != 0
}

// Those that wait together are one commit, and each has its own outcome.
func TestGroupSharesACommit(t *testing.T) {
	g := openGrouped(t)
	if got := g.puts(t, "taken"); got["taken"] != nil {
		t.Fatal(got)
	}
	keys := []files.Key{"taken"}
	for i := range 20 {
		keys = append(keys, files.Key(fmt.Sprint("k", i)))
	}
	for key, err := range g.puts(t, keys...) {
		if conflict := errors.Is(err, catalog.ErrConflict); conflict != (key == "taken") || err != nil && !conflict {
			t.Errorf("%s: %v", key, err)
		}
		if !g.holds(t, key) {
			t.Errorf("%s is not there", key)
		}
	}
	if g.commits != 2 {
		t.Errorf("%d commits for one put and %d more, want 2", g.commits, len(keys))
	}
}

// A statement that fails is nothing to the others.
func TestGroupWithABrokenStatement(t *testing.T) {
	g := openGrouped(t)
	for key, err := range g.puts(t, "a", "broken", "b", "c") {
		if broken := key == "broken"; (err != nil) != broken || g.holds(t, key) == broken {
			t.Errorf("%s: %v", key, err)
		}
	}
}

// A commit that fails is an error to all of them, and none has happened.
func TestGroupWhoseCommitFails(t *testing.T) {
	g := openGrouped(t)
	g.refuse = true
	for key, err := range g.puts(t, "a", "b", "c") {
		if err == nil || errors.Is(err, catalog.ErrConflict) || g.holds(t, key) {
			t.Errorf("%s: %v", key, err)
		}
	}
	g.refuse = false
	for key, err := range g.puts(t, "a", "b", "c") {
		if err != nil || !g.holds(t, key) {
			t.Errorf("%s, once more: %v", key, err)
		}
	}
}

// Who does not wait any longer is neither written nor in the way.
func TestGroupThatIsLeft(t *testing.T) {
	g := openGrouped(t)
	ctx, leave := context.WithCancel(t.Context())
	left := make(chan error)
	go func() { left <- g.Put(ctx, files.Record{Space: alice(t), Key: "left", Status: files.Stored}, 0) }()
	g.await(1)
	leave()
	if err := <-left; !errors.Is(err, context.Canceled) {
		t.Errorf("it is told %v", err)
	}
	for key, err := range g.puts(t, "a", "b") {
		if err != nil || !g.holds(t, key) {
			t.Errorf("%s: %v", key, err)
		}
	}
	if g.holds(t, "left") {
		t.Error("what nobody waited for any more was written")
	}
}
