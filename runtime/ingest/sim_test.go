package ingest

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"time"

	"github.com/bytepass/bytepass/runtime/catalog"
	"github.com/bytepass/bytepass/runtime/files"
)

// simulation runs workers and a reconcile over one bucket and one catalog, one
// call at a time: each stops before every call to the bucket or the catalog
// until it is told to go on, so that a script decides every interleaving and
// the same script always gives the same run.
type simulation struct {
	space   files.Space
	keys    []string // object keys
	bucket  *model
	catalog catalog.Catalog
	wrap    func(Catalog) Catalog // puts a mistake into each worker
	now     time.Time

	pending []string // events to deliver
	sent    []string // all events, for duplicates
	workers []*worker
}

// verdict says what becomes of the call that a worker stopped before.
type verdict int

const (
	proceed   verdict = iota
	crash             // it is not made
	loseReply         // it is made, but seems to have failed
)

var errFault = errors.New("simulated fault")

// worker is something that calls bucket and catalog: an event handler or a
// reconcile.
type worker struct {
	event string // to deliver again if it fails; empty for a reconcile
	at    chan struct{}
	goOn  chan verdict
	done  chan error
}

func newSimulation(owner string, engine catalog.Catalog, wrap func(Catalog) Catalog) *simulation {
	space, err := files.Person(owner)
	if err != nil {
		panic(err)
	}
	s := &simulation{space: space, catalog: engine, wrap: wrap, now: time.Date(2026, 5, 1, 0, 0, 0, 0, time.UTC)}
	s.keys = []string{space.Prefix() + "a", space.Prefix() + "b/é \U0001F4BE"}
	s.bucket = newModel(func(key string) {
		s.pending = append(s.pending, key)
		s.sent = append(s.sent, key)
	})
	return s
}

// start starts a worker and runs it to its first call. It returns nil if it
// ended before.
func (s *simulation) start(event string, run func(context.Context, *Projector, *gate) error) *worker {
	w := &worker{event: event, at: make(chan struct{}), goOn: make(chan verdict), done: make(chan error, 1)}
	g := &gate{simulation: s, worker: w}
	var c Catalog = g
	if s.wrap != nil {
		c = s.wrap(c)
	}
	p := New(Config{Bucket: g, Catalog: c, Name: "bucket", Keep: 24 * time.Hour, Log: slog.New(slog.DiscardHandler), Now: func() time.Time { return s.now }})
	p.pause = func(context.Context, int) error { return nil }
	go func() { w.done <- run(context.Background(), p, g) }()
	s.workers = append(s.workers, w)
	s.await(w)
	return w
}

// deliver hands the i-th pending event to a new worker.
func (s *simulation) deliver(i int) *worker {
	if len(s.pending) == 0 {
		return nil
	}
	i %= len(s.pending)
	key := s.pending[i]
	s.pending = slices.Delete(s.pending, i, i+1)
	return s.start(key, func(ctx context.Context, p *Projector, _ *gate) error { return p.Sync(ctx, key) })
}

func (s *simulation) reconcile() *worker {
	return s.start("", func(ctx context.Context, p *Projector, g *gate) error {
		_, err := p.Reconcile(ctx, g, Sweep{Concurrency: 1})
		return err
	})
}

// step lets w make its next call, and runs it to the one after.
func (s *simulation) step(w *worker, v verdict) {
	w.goOn <- v
	s.await(w)
}

// await waits until w stops before a call or ends; an event that was not
// handled is pending again.
func (s *simulation) await(w *worker) {
	select {
	case <-w.at:
	case err := <-w.done:
		s.workers = slices.DeleteFunc(s.workers, func(other *worker) bool { return other == w })
		if err != nil && w.event != "" {
			s.pending = append(s.pending, w.event)
		}
	}
}

// finish lets w run to its end.
func (s *simulation) finish(w *worker) {
	for slices.Contains(s.workers, w) {
		s.step(w, proceed)
	}
}

// settle delivers every event and lets everything that runs end, the worker
// that began first as the last: it is the one with the oldest view.
func (s *simulation) settle() {
	for len(s.workers) > 0 || len(s.pending) > 0 {
		if len(s.pending) > 0 && len(s.workers) < 3 {
			s.deliver(0)
		} else {
			s.finish(s.workers[len(s.workers)-1])
		}
	}
}
