package ingest

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
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

// gate is the bucket and the catalog as one worker sees them.
type gate struct {
	*simulation
	*worker
}

// call stops before a call, makes it unless it crashes, and returns its error
// or that of a fault.
func (g *gate) call(f func() error) error {
	g.at <- struct{}{}
	switch <-g.goOn {
	case crash:
		return errFault
	case loseReply:
		return errors.Join(f(), errFault)
	default:
		return f()
	}
}

func (g *gate) Head(ctx context.Context, key string) (head files.Head, found bool, err error) {
	err = g.call(func() (err error) { head, found, err = g.bucket.Head(ctx, key); return })
	return head, found, err
}

func (g *gate) DeleteIfMatch(ctx context.Context, key, etag string) error {
	return g.call(func() error {
		if g.event == "" {
			g.bucket.wrong = append(g.bucket.wrong, "reconcile deleted "+key)
		}
		return g.bucket.DeleteIfMatch(ctx, key, etag)
	})
}

// Keys stops once, for the space that there is: reconcile asks for the keys of
// groups while it still passes over those of people, and one worker can stop in
// one place only.
func (g *gate) Keys(ctx context.Context, prefix string, visit func(string, string, int64) error) error {
	if !strings.HasPrefix(g.space.Prefix(), prefix) {
		return nil
	}
	type object struct {
		key, etag string
		size      int64
	}
	var listed []object
	err := g.call(func() error {
		return g.bucket.Keys(ctx, prefix, func(key, etag string, size int64) error {
			listed = append(listed, object{key, etag, size})
			return nil
		})
	})
	for _, o := range listed {
		if err == nil {
			err = visit(o.key, o.etag, o.size)
		}
	}
	return err
}

func (g *gate) Get(ctx context.Context, space files.Space, key files.Key) (r files.Record, rev catalog.Revision, err error) {
	err = g.call(func() (err error) { r, rev, err = g.catalog.Get(ctx, space, key); return })
	return r, rev, err
}

func (g *gate) Put(ctx context.Context, r files.Record, was catalog.Revision) error {
	return g.call(func() error { return g.catalog.Put(ctx, r, was) })
}

// Walk visits the records of this simulation; others share the engine.
func (g *gate) Walk(ctx context.Context, visit func(files.Record, catalog.Revision) error) error {
	var found []files.Record
	err := g.call(func() error {
		for _, objectKey := range g.keys {
			_, key, _ := files.SplitObjectKey(objectKey)
			r, rev, err := g.catalog.Get(ctx, g.space, key)
			if err != nil {
				return err
			}
			if rev != 0 {
				found = append(found, r)
			}
		}
		return nil
	})
	for _, r := range found {
		if err == nil {
			err = visit(r, 0)
		}
	}
	return err
}

// converged returns what is wrong with the catalog, the bucket being what it is.
func (s *simulation) converged(ctx context.Context) error {
	var wrong []error
	for _, w := range s.bucket.wrong {
		wrong = append(wrong, errors.New(w))
	}
	var stored []string
	for _, objectKey := range s.keys {
		_, key, _ := files.SplitObjectKey(objectKey)
		r, rev, err := s.catalog.Get(ctx, s.space, key)
		if err != nil {
			return err
		}
		head, found, _ := s.bucket.Head(ctx, objectKey)
		if found {
			stored = append(stored, string(key))
		}
		if why := differs(r, rev, head, found, slices.Contains(s.sent, objectKey)); why != "" {
			wrong = append(wrong, fmt.Errorf("%s: %s: the bucket has %+v (%t), the catalog %+v at %d", objectKey, why, head, found, r, rev))
		}
	}
	listed, err := s.catalog.List(ctx, catalog.Query{Space: s.space, View: catalog.Stored, Limit: 10})
	if err != nil {
		return err
	}
	if !slices.EqualFunc(listed, stored, func(r files.Record, key string) bool { return string(r.Key) == key }) {
		wrong = append(wrong, fmt.Errorf("listed %+v, want %q", listed, stored))
	}
	return errors.Join(wrong...)
}

// differs says how a record differs from what the bucket says of its object.
func differs(r files.Record, rev catalog.Revision, head files.Head, found, touched bool) string {
	switch {
	case !touched && rev != 0:
		return "a record of nothing"
	case !touched:
		return ""
	case rev == 0:
		return "no record"
	case !found && r.Status != files.Deleted && r.Status != files.Rejected:
		return "the object is gone"
	case !found:
		return ""
	case head.Verdict() != "":
		return "an object that is not what was declared is still there"
	case r.Status != files.Stored:
		return "the object is there"
	case r.VersionID != head.VersionID || r.ETag != head.ETag || r.Size != head.Size || r.Name != head.Declaration.Name || !r.UploadedAt.Equal(head.LastModified):
		return "it is of another version"
	}
	return ""
}
