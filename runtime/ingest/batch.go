package ingest

import (
	"context"
	"sync"

	"golang.org/x/sync/errgroup"
)

// Message is one message of a queue.
type Message struct {
	ID   string
	Body []byte // what Decode reads, with FormEncoded keys
}

// batchConcurrency bounds the passes of one batch: each waits for the network
// most of the time, and a batch has ten messages by default.
const batchConcurrency = 10

// Batch handles a batch of messages and returns the ids of those to deliver
// again, never nil: what cannot be read is among them, so that it ends with the
// dead letters instead of being lost. A key that several messages name is
// passed over once. Events of another bucket are ignored.
func (p *Projector) Batch(ctx context.Context, messages []Message) (failed []string) {
	failed = []string{}
	var order []string // of the keys, as they come
	waiting := map[string][]string{}
	for _, m := range messages {
		events, err := Decode(m.Body, FormEncoded)
		if err != nil {
			p.Log.ErrorContext(ctx, "unreadable event", "message", m.ID, "error", err)
			failed = append(failed, m.ID)
			continue
		}
		for _, e := range events {
			if e.Bucket != p.Name {
				p.Log.WarnContext(ctx, "event of another bucket", "message", m.ID, "bucket", e.Bucket)
				continue
			}
			if _, known := waiting[e.Key]; !known {
				order = append(order, e.Key)
			}
			waiting[e.Key] = append(waiting[e.Key], m.ID)
		}
	}
	var group errgroup.Group
	group.SetLimit(batchConcurrency)
	var mu sync.Mutex
	again := map[string]bool{}
	for _, key := range order {
		group.Go(func() error {
			if err := p.Sync(ctx, key); err != nil {
				p.Log.ErrorContext(ctx, "event failed", "messages", waiting[key], "error", err)
				mu.Lock()
				defer mu.Unlock()
				for _, id := range waiting[key] {
					again[id] = true
				}
			}
			return nil
		})
	}
	_ = group.Wait() // errors are in again, by message
	for _, m := range messages {
		if again[m.ID] {
			failed = append(failed, m.ID)
		}
	}
	return failed
}
