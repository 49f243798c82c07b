package server

import (
	"context"
	"time"
)

// leaseLife is how long nobody leads when the leader was killed.
const leaseLife = 10 * time.Second

// leader lets one of several servers do what need not be done by more.
type leader interface {
	// Lead calls work whenever this server leads; the context of work ends when
	// it no longer does. It returns when ctx has ended and work has returned.
	Lead(ctx context.Context, work func(context.Context))
}

// alone is a server without others.
type alone struct{}

// Lead calls work at once.
func (alone) Lead(ctx context.Context, work func(context.Context)) { work(ctx) }

// leader returns who decides whether this server leads: with a database and a
// store that it shares, all servers together.
func (s *server) leader() (leader, error) {
	if s.cfg.Database == "" || s.cfg.S3.Endpoint == "" {
		return alone{}, nil
	}
	life := leaseLife
	if s.cfg.leaseLife > 0 {
		life = s.cfg.leaseLife
	}
	return s.catalog.NewLease("upkeep", life, s.cfg.Log)
}
