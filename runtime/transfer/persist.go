package transfer

import (
	"context"
	"errors"
	"time"

	"github.com/bytepass/bytepass/runtime/client"
)

const (
	// maxRefusals is how often in a row a store may refuse fresh URLs.
	maxRefusals = 3
	// firstPatience is how long a store that has never answered is tried: the
	// service that names it has just answered, so its address may be wrong.
	firstPatience = 10 * time.Second
	// leastTries is how often a part is sent at least: on a slow line one try may
	// take longer than the patience.
	leastTries = 5
)

// persist runs try until it succeeds. A try that the store refused is
// repeated after renew, which gets a fresh URL: it may have expired. What the
// service has to say of a fresh URL is final: its client has been patient already.
func (e *Engine) persist(ctx context.Context, renew func(), try func() error) error {
	refusals, began := 0, e.Now()
	return e.Retry.Do(ctx, func() error {
		err := try()
		if errors.Is(err, client.ErrUnreachable) && (e.answered.Load() || e.Now().Sub(began) < firstPatience) {
			return client.Temporary(err, 0)
		}
		if !errors.Is(err, errForbidden) {
			refusals = 0
			return err
		}
		if refusals++; refusals >= maxRefusals {
			return err
		}
		renew()
		return client.Temporary(err, 0)
	})
}

// persistFrom is persist for what goes on where it broke off: while it comes
// further, as at says, its patience does not end.
func (e *Engine) persistFrom(ctx context.Context, at func() int64, renew func(), try func() error) error {
	for {
		before := at()
		err := e.persist(ctx, renew, try)
		if ctx.Err() != nil || !client.IsTemporary(err) || at() == before {
			return err
		}
	}
}
