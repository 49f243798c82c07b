package ingest

import (
	"context"
	"log/slog"
	"math/rand/v2"
	"sync"
	"time"
)

// Queue passes over keys in the background and tries again what fails, for a
// store that sends each event once, such as the embedded one. It is in memory:
// what is waiting when the process ends is lost, and is found by the Reconcile
// that the process makes when it starts. A key waits in it only once.
type Queue struct {
	sync  func(ctx context.Context, objectKey string) error
	sweep func(ctx context.Context) error
	log   *slog.Logger
	ready chan string

	mu   sync.Mutex
	jobs map[string]*job
}

// everything is the key of the job that sweeps: object keys are never empty.
const everything = ""

// maxJobs bounds the memory of a Queue. When so many keys are waiting, another
// one is answered by a sweep, which finds them all.
const maxJobs = 10_000

type job struct {
	running  bool
	again    bool // another event came while it was running
	failures int
	timer    *time.Timer // of the wait after a failure
}

// NewQueue returns a queue whose keys are passed to sync, such as
// Projector.Sync. sweep, such as a Reconcile, is called for changes that name no
// key. Nothing happens until Run.
func NewQueue(sync func(ctx context.Context, objectKey string) error, sweep func(context.Context) error, log *slog.Logger) *Queue {
	return &Queue{sync: sync, sweep: sweep, log: log, ready: make(chan string, maxJobs+1), jobs: map[string]*job{}}
}

// Add asks for a pass over an object key that begins after this call, or for a
// sweep if the key is empty. It does not wait and never fails; it has the form
// of the function that Webhook calls.
func (q *Queue) Add(_ context.Context, objectKey string) error {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.jobs[objectKey] == nil && len(q.jobs) >= maxJobs {
		objectKey = everything
	}
	switch j := q.jobs[objectKey]; {
	case j == nil:
		q.jobs[objectKey] = &job{}
		q.ready <- objectKey
	case j.running:
		j.again = true
	case j.timer != nil && j.timer.Stop():
		j.timer = nil
		q.ready <- objectKey
	}
	return nil
}

// Pending returns how many keys are waiting, running, or waiting to be tried
// again.
func (q *Queue) Pending() int {
	q.mu.Lock()
	defer q.mu.Unlock()
	return len(q.jobs)
}

// Run works on the queue with so many workers until ctx ends, and returns when
// they have stopped. Call it once.
func (q *Queue) Run(ctx context.Context, workers int) {
	var group sync.WaitGroup
	for range workers {
		group.Go(func() {
			for {
				select {
				case <-ctx.Done():
					return
				case key := <-q.ready:
					q.work(ctx, key)
				}
			}
		})
	}
	group.Wait()
}

func (q *Queue) work(ctx context.Context, key string) {
	q.mu.Lock()
	j := q.jobs[key]
	j.running, j.again, j.timer = true, false, nil
	q.mu.Unlock()

	var err error
	if key == everything {
		err = q.sweep(ctx)
	} else {
		err = q.sync(ctx, key)
	}

	q.mu.Lock()
	defer q.mu.Unlock()
	j.running = false
	switch {
	case ctx.Err() != nil: // the end: nothing is tried again
	case err != nil:
		j.failures++
		wait := backoff(j.failures)
		q.log.WarnContext(ctx, "event failed, trying again", "failures", j.failures, "wait", wait, "error", err)
		j.timer = time.AfterFunc(wait, func() { q.ready <- key })
	case j.again:
		j.failures = 0
		q.ready <- key
	default:
		delete(q.jobs, key)
	}
}

// backoff returns how long to wait after so many failures: 0.1 to 0.2 s, then
// twice as long each time, up to 26 to 51 s.
func backoff(failures int) time.Duration {
	shortest := 50 * time.Millisecond << min(failures, 9)
	return shortest + rand.N(shortest)
}
