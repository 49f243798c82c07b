package ingest

import (
	"context"
	"errors"
	"strings"

	"github.com/bytepass/bytepass/runtime/catalog"
	"github.com/bytepass/bytepass/runtime/files"
)

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
