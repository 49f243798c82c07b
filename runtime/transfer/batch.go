package transfer

import (
	"context"
	"errors"
	"iter"
	"sync"

	"github.com/bytepass/bytepass/runtime/client"
)

// Batch calls do for every item, up to parallel at once, and returns all that
// failed, in no order. An error beside an item is passed to failed, as are
// those of do. What concerns all items ends the batch: a token that is not
// accepted, a service that does not answer or is none, a store without room, a list that
// does not follow, and the end of ctx.
func Batch[T any](ctx context.Context, parallel int, items iter.Seq2[T, error], do func(context.Context, T) error, failed func(T, error)) []error {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	var (
		mu    sync.Mutex
		errs  []error
		wg    sync.WaitGroup
		slots = make(chan struct{}, max(1, parallel))
	)
	fail := func(item T, err error) {
		mu.Lock()
		defer mu.Unlock()
		if errors.Is(err, context.Canceled) && len(errs) > 0 && ctx.Err() != nil {
			return // the consequence of one that was told
		}
		errs = append(errs, err)
		failed(item, err)
		if ConcernsAll(err) {
			stop()
		}
	}
	for item, err := range items {
		if ctx.Err() != nil {
			break
		}
		if err != nil {
			fail(item, err)
			continue
		}
		if slots <- struct{}{}; ctx.Err() != nil {
			break
		}
		wg.Go(func() {
			defer func() { <-slots }()
			if err := do(ctx, item); err != nil {
				fail(item, err)
			}
		})
	}
	wg.Wait()
	if err := ctx.Err(); err != nil && len(errs) == 0 {
		errs = append(errs, err)
	}
	return errs
}

// ConcernsAll reports whether an error would meet every other item, too.
func ConcernsAll(err error) bool {
	code := client.CodeOf(err)
	return code == client.CodeUnauthenticated || code == client.CodeStoreFull ||
		errors.Is(err, client.ErrUnreachable) || errors.Is(err, client.ErrNotBytepass) || errors.Is(err, client.ErrUntrusted) || errors.Is(err, ErrUnlisted) || errors.Is(err, context.Canceled)
}
