package transfer

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/bytepass/bytepass/runtime/client"
)

// RejectedError is a file that arrived and was not what had been declared.
type RejectedError struct {
	Key    string
	Reason string
}

// Error returns the reason.
func (e *RejectedError) Error() string {
	return "it arrived, but was refused: " + e.Reason
}

// ErrUnlisted is wrapped by the error about a file that is stored and that the
// catalog does not show.
var ErrUnlisted = errors.New("it is stored, but not listed yet")

// Settle waits until the catalog shows what Put has sent without Await. The
// error wraps ErrUnlisted when it took too long, or is a *RejectedError or the
// end of ctx.
func (e *Engine) Settle(ctx context.Context, sent Result) error {
	listed, err := e.settle(ctx, client.Completed{Key: sent.Key, VersionID: sent.VersionID})
	if err == nil && !listed {
		err = fmt.Errorf("%w after %v; what lists it may be busy, or not run", ErrUnlisted, settleTimeout)
	}
	return err
}

// settle waits until the catalog has judged a version, or shows a later one of
// the key, at most settleTimeout.
// listed is false if it has not by then, or cannot be asked, unless the file was
// deleted since; the error is a *RejectedError or the end of ctx.
func (e *Engine) settle(ctx context.Context, done client.Completed) (listed bool, err error) {
	asking, cancel := context.WithTimeout(ctx, settleTimeout)
	defer cancel()
	for pause := 50 * time.Millisecond; ; pause = min(2*pause, 2*time.Second) {
		f, err := e.API.File(asking, done.Key, "")
		if err == nil && (f.VersionID == done.VersionID || pause >= patient && e.followed(asking, done, f.VersionID)) {
			return true, nil
		}
		if reason, refused := e.refusedWhy(asking, done); refused {
			return false, &RejectedError{Key: done.Key, Reason: reason}
		}
		timer := time.NewTimer(pause)
		select {
		case <-asking.Done():
			timer.Stop()
			if ctx.Err() != nil {
				return false, ctx.Err()
			}
			return e.deleted(ctx, done), nil
		case <-timer.C:
		}
	}
}

// patient is the pause from which on settle asks for the history, too: mostly the
// catalog was there by then.
const patient = 400 * time.Millisecond

// followed reports whether a version of the key came after this one: somebody
// else has put a file there, and the catalog will not go back.
func (e *Engine) followed(ctx context.Context, done client.Completed, by string) bool {
	return e.after(ctx, done, func(v client.Version) bool { return v.VersionID == by })
}

// lastWord is how long settle asks, in the end, whether the file was deleted.
const lastWord = 5 * time.Second

// deleted reports whether the file was deleted after this version came. What is
// rejected is deleted, too, and may be shown so a moment later: settle asks when
// it has waited for that.
func (e *Engine) deleted(ctx context.Context, done client.Completed) bool {
	ctx, cancel := context.WithTimeout(ctx, lastWord)
	defer cancel()
	return e.after(ctx, done, func(v client.Version) bool { return v.DeleteMarker })
}

// after reports whether one of the versions that are meant, of which the newest
// counts, came after this one.
func (e *Engine) after(ctx context.Context, done client.Completed, meant func(client.Version) bool) bool {
	versions, err := e.API.Versions(ctx, done.Key)
	if err != nil {
		return false
	}
	newer := slices.IndexFunc(versions, meant)
	own := slices.IndexFunc(versions, func(v client.Version) bool { return v.VersionID == done.VersionID })
	return newer >= 0 && newer < own
}

// refusedWhy looks for a version among the rejected ones.
func (e *Engine) refusedWhy(ctx context.Context, done client.Completed) (reason string, refused bool) {
	for f, err := range e.API.Files(ctx, client.Rejected, done.Key) {
		// Keys come in byte order, so its own is the first.
		return f.Reason, err == nil && f.Key == done.Key && f.VersionID == done.VersionID
	}
	return "", false
}
