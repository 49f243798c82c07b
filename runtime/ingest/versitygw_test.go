package ingest

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net/http/httptest"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/bytepass/bytepass/runtime/catalog"
	"github.com/bytepass/bytepass/runtime/catalog/sql"
	"github.com/bytepass/bytepass/runtime/files"
)

// unreliable fails one call in ten, before or after it was made.
type unreliable struct{ catalog.Catalog }

func (u unreliable) Put(ctx context.Context, r files.Record, was catalog.Revision) error {
	switch rand.IntN(20) {
	case 0:
		return errFault
	case 1:
		return errors.Join(u.Catalog.Put(ctx, r, was), errFault)
	default:
		return u.Catalog.Put(ctx, r, was)
	}
}

// The whole way on real parts: people change a bucket of versitygw, its webhook
// tells, two workers and a reconcile follow on SQLite, with failures; nothing is
// stopped between two calls but by chance.
func TestTheCatalogConvergesWithVersitygw(t *testing.T) {
	engine, err := sql.OpenSQLite(t.Context(), filepath.Join(t.TempDir(), "catalog.db"), time.Now)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = engine.Close() })
	events := make(chan string, 10_000)
	hook, err := Webhook(Hook{Secret: secret, Bucket: "bucket", Log: slog.New(slog.DiscardHandler), Handle: func(_ context.Context, key string) error {
		events <- key
		return nil
	}})
	if err != nil {
		t.Fatal(err)
	}
	receiver := httptest.NewServer(hook)
	t.Cleanup(receiver.Close)
	s := startGateway(t, receiver.URL+"/"+secret)
	p := New(Config{Bucket: s, Catalog: unreliable{engine}, Name: s.bucket, Keep: time.Hour, Log: slog.New(slog.DiscardHandler), Now: time.Now})

	ctx, stop := context.WithCancel(t.Context())
	var followers, people sync.WaitGroup
	for range 2 {
		followers.Go(func() {
			for {
				select {
				case <-ctx.Done():
					return
				case key := <-events:
					if p.Sync(ctx, key) != nil {
						events <- key
					}
				}
			}
		})
	}
	busy, quiet := context.WithCancel(ctx) // in the end, events alone have to do
	followers.Go(func() {
		for busy.Err() == nil {
			_, _ = p.Reconcile(busy, s, Sweep{Concurrency: 2}) // fails now and then, as it should
			time.Sleep(50 * time.Millisecond)
		}
	})
	keys := []string{"u/alice/plain.txt", "u/alice/dir/a+b %20 é?.txt", "g/team/\U0001F4BE"}
	for person := range uint64(3) {
		people.Go(func() {
			r := rand.New(rand.NewPCG(1, person))
			for range 40 {
				if err := s.change(t.Context(), r, keys[r.IntN(len(keys))]); err != nil {
					t.Error(err)
				}
			}
		})
	}
	people.Wait()
	quiet()
	defer followers.Wait()
	defer stop()

	var wrong string
	for deadline := time.Now().Add(2 * time.Minute); time.Now().Before(deadline); time.Sleep(50 * time.Millisecond) {
		if wrong = compare(t, s, engine, keys); wrong == "" && len(events) == 0 {
			return
		}
	}
	t.Errorf("%d events are waiting; %s", len(events), wrong)
}

func compare(t *testing.T, s *store, engine catalog.Catalog, keys []string) string {
	t.Helper()
	for _, objectKey := range keys {
		space, key, _ := files.SplitObjectKey(objectKey)
		r, rev, err := engine.Get(t.Context(), space, key)
		if err != nil {
			t.Fatal(err)
		}
		head, found, err := s.Head(t.Context(), objectKey)
		if err != nil {
			t.Fatal(err)
		}
		if why := differs(r, rev, head, found, true); why != "" {
			return fmt.Sprintf("%s: %s: the bucket has %+v (%t), the catalog %+v", objectKey, why, head, found, r)
		}
	}
	return ""
}
