package process

import (
	"context"
	"fmt"
	"time"
)

// pause is the time between two attempts.
const pause = 20 * time.Millisecond

// Await waits until ready returns no error. If the program ends before that, or
// the timeout passes, it returns an error with what ready has said last and
// what the program has printed; the program is not ended.
//
// A timeout is a bound and no target: on a machine that does much else a start
// of a second takes a minute.
func (p *Process) Await(ctx context.Context, timeout time.Duration, ready func(context.Context) error) error {
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	for {
		err := ready(ctx)
		if err == nil {
			return nil
		}
		select {
		case <-p.ended:
			return fmt.Errorf("%s ended before it was ready: %w\n%s", p.name(), err, p.Output())
		case <-ctx.Done():
			return fmt.Errorf("%s was not ready within %v: %w\n%s", p.name(), timeout, err, p.Output())
		case <-time.After(pause):
		}
	}
}
