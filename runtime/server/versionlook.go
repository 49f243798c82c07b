package server

import (
	"context"
	"errors"
	"log/slog"
	"sync/atomic"
	"time"
)

// versionsEvery is how often a server asks whether the bucket still keeps
// versions.
const versionsEvery = time.Minute

// errNoVersions is why a server is not ready on a bucket whose versions somebody
// has suspended: a server that starts would refuse it.
var errNoVersions = errors.New("the bucket keeps no versions any more")

// versionLook knows whether a bucket of somebody else's still keeps versions. It
// is asked once in a while and not by each request for /readyz.
type versionLook struct {
	ask  func(context.Context) error // a *noVersionsError if it keeps none
	log  *slog.Logger
	gone atomic.Bool
}

// run asks at each interval until ctx ends. What is wrong is told once, and once
// when it has come right.
func (v *versionLook) run(ctx context.Context, interval time.Duration) {
	every(ctx, interval, func() { v.look(ctx) })
}

// look asks once. A store that is away, or says something else than before,
// leaves what is known: the check of the store tells of that.
func (v *versionLook) look(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, lookTimeout)
	defer cancel()
	err := v.ask(ctx)
	var none *noVersionsError
	switch {
	case errors.As(err, &none):
		if !v.gone.Swap(true) {
			v.log.Error("the bucket keeps no versions any more: what is overwritten or deleted is lost for good, and this server is not ready", "error", err)
		}
	case err == nil && v.gone.Swap(false):
		v.log.Info("the bucket keeps versions again")
	}
}

// kept returns nil, or errNoVersions.
func (v *versionLook) kept(context.Context) error {
	if v.gone.Load() {
		return errNoVersions
	}
	return nil
}
