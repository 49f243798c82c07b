package verify

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
)

const (
	reachCheck   = "reach"
	cleanupCheck = "cleanup"

	notReached = "the API was not reached"
)

// schedule runs the list and returns its results, that of "reach", which ended
// with reached, first. Each check starts as soon as those that it waits for
// have ended.
func (p *probe) schedule(ctx context.Context, reached error) []Result {
	first := Result{Name: reachCheck, About: "the API answers, and takes the token"}
	first.end(reached)
	checks := list()
	ended := make(map[string]chan struct{}, len(checks))
	results := make([]Result, len(checks))
	index := make(map[string]int, len(checks))
	for i, c := range checks {
		ended[c.name], index[c.name] = make(chan struct{}), i
		results[i] = Result{Name: c.name, About: c.about}
	}
	var all sync.WaitGroup
	for i, c := range checks {
		all.Go(func() {
			defer close(ended[c.name])
			for _, name := range slices.Concat(c.needs, c.after) {
				<-ended[name]
			}
			results[i].end(p.may(c, reached, func(name string) State { return results[index[name]].State }))
			if results[i].State == Passed {
				p.try(ctx, c, &results[i])
			}
		})
	}
	all.Wait()
	return append([]Result{first}, results...)
}

// may returns nil if a check can be made, or why it is not.
func (p *probe) may(c check, reached error, stateOf func(name string) State) error {
	if reached != nil {
		return notChecked("", notReached)
	}
	if slices.Contains(p.cfg.Except, c.name) {
		return notChecked("leave it out of --except", "it was to be left out")
	}
	for _, name := range c.needs {
		if stateOf(name) != Passed {
			return notChecked("", "it needs what %q makes, which has not passed", name)
		}
	}
	return nil
}

// try makes a check.
func (p *probe) try(ctx context.Context, c check, r *Result) {
	start := p.cfg.Now()
	err := c.run(p, ctx)
	took := p.cfg.Now().Sub(start)
	var failure *Failure
	switch cause := context.Cause(ctx); {
	case err == nil || errors.As(err, &failure):
	case errors.Is(cause, context.Canceled):
		err = notChecked("", "the run was interrupted")
	case errors.Is(cause, context.DeadlineExceeded):
		err = &Failure{"the requests of " + c.name, "their answers within --timeout", "none in time"}
	}
	if r.end(err); r.State != NotChecked {
		r.Took = took
	}
}

// sentence joins a list for people.
func sentence(items []string) string { return strings.Join(items, ", ") }
