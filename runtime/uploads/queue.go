package uploads

import (
	"context"
	"sync"
)

// queue lets those who name the same thing in one after the other. The zero
// queue is ready. It is safe for concurrent use.
type queue struct {
	mu    sync.Mutex
	lines map[string]*line
}

// line is the door of one thing: whoever holds its only token is in.
type line struct {
	token chan struct{}
	users int // inside and waiting
}

// enter waits for its turn at name. It returns the function to leave by, which
// must be called once, or the error of ctx.
func (q *queue) enter(ctx context.Context, name string) (leave func(), err error) {
	q.mu.Lock()
	if q.lines == nil {
		q.lines = map[string]*line{}
	}
	l := q.lines[name]
	if l == nil {
		l = &line{token: make(chan struct{}, 1)}
		l.token <- struct{}{}
		q.lines[name] = l
	}
	l.users++
	q.mu.Unlock()

	select {
	case <-l.token:
		return func() {
			l.token <- struct{}{}
			q.depart(name, l)
		}, nil
	case <-ctx.Done():
		q.depart(name, l)
		return nil, ctx.Err()
	}
}

func (q *queue) depart(name string, l *line) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if l.users--; l.users == 0 {
		delete(q.lines, name)
	}
}
