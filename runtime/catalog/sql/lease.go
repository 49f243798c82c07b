package sql

import (
	"context"
	"crypto/rand"
	"errors"
	"log/slog"
	"time"
)

// Lease lets one of several servers lead, by a row in their PostgreSQL database.
// Nothing is held in a session, so a pooler may stand in between, and only the
// database's clock says when a lease is over. A holder that cannot renew it
// stops leading a tenth of its life before, by its own clock, which has to run
// as fast but need not show the same time.
//
// No lease can keep a process that was suspended from waking up in the middle
// of what it did: the work has to be such that two may do it for a moment.
type Lease struct {
	catalog *Catalog
	name    string
	holder  string // of all leases, this one
	life    time.Duration
	log     *slog.Logger
}

// leaseSlice is the part of a lease's life after which it is renewed, and asked
// for again by those who do not have it.
const leaseSlice = 3

// NewLease returns the lease of this name, which is over when it was not renewed
// for its life: so long nobody may lead when the leader was killed. The error
// is a catalog in SQLite, which has no servers to choose from.
func (c *Catalog) NewLease(name string, life time.Duration, log *slog.Logger) (*Lease, error) {
	if c.dialect.name != postgres.name {
		return nil, errors.New("catalog: leases need PostgreSQL")
	}
	return &Lease{catalog: c, name: name, holder: rand.Text(), life: life, log: log}, nil
}

// Lead calls work whenever this server leads; the context of work ends when it
// no longer does. It returns when ctx has ended and work has returned, and gives
// the lease back, so that another need not wait for its end.
func (l *Lease) Lead(ctx context.Context, work func(context.Context)) {
	for ctx.Err() == nil {
		until, held, err := l.take(ctx)
		switch {
		case held:
			l.log.Info("this server leads", "what", l.name)
			l.hold(ctx, until, work)
			l.log.Info("this server leads no more", "what", l.name)
		case err != nil && ctx.Err() == nil:
			l.log.Warn("nobody knows who leads; asking again", "what", l.name, "error", err)
		}
		select {
		case <-ctx.Done():
		case <-time.After(l.life / leaseSlice):
		}
	}
}

// hold works and renews the lease until it is lost or ctx ends, and gives it
// back when work has returned.
func (l *Lease) hold(ctx context.Context, until time.Time, work func(context.Context)) {
	leading, stop := context.WithCancel(ctx)
	defer stop()
	over := time.AfterFunc(time.Until(until), stop)
	defer over.Stop()
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		work(leading)
	}()
	renew := time.NewTicker(l.life / leaseSlice)
	defer renew.Stop()
	for leading.Err() == nil {
		select {
		case <-leading.Done():
		case <-renew.C:
			until, held, err := l.take(leading)
			switch {
			case held:
				over.Reset(time.Until(until))
			case err == nil: // it was over, and another has it
				stop()
			case leading.Err() == nil:
				l.log.Warn("the lease could not be renewed; trying again", "what", l.name, "error", err)
			}
		}
	}
	<-ended
	l.giveBack(context.WithoutCancel(ctx))
}

// take takes or renews the lease and reports whether this server has it, and
// until when it may lead.
func (l *Lease) take(ctx context.Context) (until time.Time, held bool, err error) {
	ctx, cancel := context.WithTimeout(ctx, l.life/leaseSlice)
	defer cancel()
	// Counted from before the database does, so that it is over here first.
	until = time.Now().Add(l.life - l.life/10)
	n, err := l.catalog.change(ctx, `INSERT INTO bytepass.leases AS l ("name", "holder", "expires")
		VALUES ($1, $2, clock_timestamp() + $3 * interval '1 millisecond')
		ON CONFLICT ("name") DO UPDATE SET "holder" = EXCLUDED."holder", "expires" = EXCLUDED."expires"
		WHERE l."holder" = EXCLUDED."holder" OR l."expires" < clock_timestamp()`, l.name, l.holder, l.life.Milliseconds())
	return until, n == 1, wrap("lease", err)
}

// giveBack lets another take the lease at once. If that fails, it is over when
// its life is.
func (l *Lease) giveBack(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, l.life/leaseSlice)
	defer cancel()
	if _, err := l.catalog.change(ctx, `DELETE FROM bytepass.leases WHERE "name" = $1 AND "holder" = $2`, l.name, l.holder); err != nil {
		l.log.Debug("the lease was not given back", "what", l.name, "error", err)
	}
}
