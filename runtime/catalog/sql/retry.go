package sql

import (
	"cmp"
	"context"
	"math/rand/v2"
	"time"
)

// retryFor is how long a call goes on asking a database that is gone: longer
// than a restart takes, and shorter than whoever waits for an answer does.
const retryFor = 15 * time.Second

// retry calls attempt until it succeeds, fails for good, or has been retried
// for long enough. Each attempt has the dialect's patience.
func (c *Catalog) retry(ctx context.Context, attempt func(context.Context) error) error {
	start, longest := time.Now(), cmp.Or(c.dialect.retries, retryFor)
	for failures := 0; ; failures++ {
		err := c.once(ctx, attempt)
		if err == nil || c.dialect.transient == nil || !c.dialect.transient(err) || time.Since(start) > longest {
			return err
		}
		select {
		case <-ctx.Done():
			return err
		case <-time.After(pause(failures)):
		}
	}
}

func (c *Catalog) once(ctx context.Context, attempt func(context.Context) error) error {
	if c.dialect.patience > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, c.dialect.patience)
		defer cancel()
	}
	return attempt(ctx)
}

// pause returns how long to wait after a failure, when so many came before it:
// half to a whole of 20 ms, doubled with each, up to 1.28 s.
func pause(failures int) time.Duration {
	longest := 20 * time.Millisecond << min(failures, 6)
	return longest/2 + rand.N(longest/2)
}
