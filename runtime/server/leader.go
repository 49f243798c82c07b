package server

import "context"

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
