package sql

import (
	"context"
	"database/sql"
	"sync"
)

// group makes changes to a database one after the other, and those that wait at
// the same time in one transaction: what a commit costs is the wait for the
// disk, and that is the same for one change and for a hundred. One that comes
// alone does not wait for others.
type group struct {
	db    *sql.DB
	alone changer
	turn  chan struct{} // holds one element while somebody writes

	mu      sync.Mutex
	waiting []*pending
}

// pending is a statement that waits to be run.
type pending struct {
	ctx       context.Context
	statement string
	args      []any

	done chan struct{} // closed when the rest is set
	rows int64
	err  error
}

func newGroup(db *sql.DB) *group {
	return &group{db: db, alone: changing(db), turn: make(chan struct{}, 1)}
}

// change runs a statement and returns how many rows it has changed, when that
// is committed. When ctx ends before, nobody knows whether it will be.
//
// Everyone who waits tries to be the next to write, and whoever is writes what
// all of them wait for.
func (g *group) change(ctx context.Context, statement string, args ...any) (rows int64, err error) {
	c := &pending{ctx: ctx, statement: statement, args: args, done: make(chan struct{})}
	g.mu.Lock()
	g.waiting = append(g.waiting, c)
	g.mu.Unlock()
	select {
	case g.turn <- struct{}{}:
		g.write()
		<-g.turn
		<-c.done // by us, or by who had the turn before
	case <-c.done:
	case <-ctx.Done():
		return 0, ctx.Err()
	}
	return c.rows, c.err
}

// write makes the changes that are waited for.
func (g *group) write() {
	g.mu.Lock()
	all := g.waiting
	g.waiting = nil
	g.mu.Unlock()
	var wanted []*pending
	for _, c := range all {
		if c.err = c.ctx.Err(); c.err == nil {
			wanted = append(wanted, c)
		}
	}
	if len(wanted) < 2 || !g.together(wanted) {
		for _, c := range wanted {
			c.rows, c.err = g.alone(c.ctx, c.statement, c.args...)
		}
	}
	for _, c := range all {
		close(c.done)
	}
}

// together makes the changes in one transaction: all of them, or none with the
// error that it failed with. It reports false if there was nothing wrong but
// one of the statements; then nothing has changed.
func (g *group) together(changes []*pending) bool {
	ctx := context.WithoutCancel(changes[0].ctx) // it is not for one of them to end
	tx, err := g.db.BeginTx(ctx, nil)
	if err == nil {
		for _, c := range changes {
			if c.rows, err = changing(tx)(ctx, c.statement, c.args...); err != nil {
				_ = tx.Rollback()
				return false
			}
		}
		err = tx.Commit()
	}
	if err != nil {
		for _, c := range changes {
			c.rows, c.err = 0, err
		}
	}
	return true
}
