package transfer

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"time"

	"github.com/bytepass/bytepass/runtime/client"
)

// watch cuts off a request that makes no progress.
type watch struct {
	parent context.Context
	cancel context.CancelCauseFunc
	ctx    context.Context
	timer  *time.Timer
	stall  time.Duration
}

func (e *Engine) watch(parent context.Context) (*watch, context.Context) {
	ctx, cancel := context.WithCancelCause(parent)
	w := &watch{parent: parent, cancel: cancel, ctx: ctx, stall: e.Stall}
	w.timer = time.AfterFunc(e.Stall, func() { cancel(errStalled) })
	return w, ctx
}

func (w *watch) stop() {
	w.timer.Stop()
	w.cancel(nil)
}

// reader returns r; every byte read of it is progress.
func (w *watch) reader(r io.Reader) io.Reader {
	return readFunc(func(p []byte) (int, error) {
		n, err := r.Read(p)
		if n > 0 {
			w.timer.Reset(w.stall)
		}
		return n, err
	})
}

// explain returns why a request got no whole answer: the caller's reason to
// stop, an error of the local file, one that wraps client.ErrUntrusted, or
// client.ErrUnreachable where there was no connection, or a temporary one.
func (w *watch) explain(err error) error {
	var local *localError
	var dialing *net.OpError
	untrusted := client.Untrusted("the store", err)
	switch {
	case w.parent.Err() != nil:
		return w.parent.Err()
	case errors.As(err, &local):
		return local.error
	case untrusted != nil:
		return untrusted
	case errors.Is(context.Cause(w.ctx), errStalled):
		return client.Temporary(fmt.Errorf("%w for %v", errStalled, w.stall), 0)
	case errors.As(err, &dialing) && dialing.Op == "dial":
		return fmt.Errorf("the store %w: %w", client.ErrUnreachable, client.Bare(err))
	}
	return client.Temporary(fmt.Errorf("the connection to the store broke: %w", client.Bare(err)), 0)
}

type readFunc func([]byte) (int, error)

// Read calls the function.
func (f readFunc) Read(p []byte) (int, error) { return f(p) }
