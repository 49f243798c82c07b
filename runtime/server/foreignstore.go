package server

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/s3"

	"github.com/bytepass/bytepass/runtime/api"
	"github.com/bytepass/bytepass/runtime/provision"
	"github.com/bytepass/bytepass/runtime/sign"
)

// foreignStore is a store that somebody else runs. The server only reads its
// settings. It may be away for a while at any time, also when the server
// starts.
type foreignStore struct {
	cfg     S3
	s3      *s3.Client
	over    *http.Transport
	origins []string // whose pages are meant to use the store
	log     *slog.Logger
}

var _ store = (*foreignStore)(nil)

// newForeign returns the store of cfg; its client has these options, too. It asks
// nobody.
func newForeign(cfg Config, more ...func(*s3.Options)) *foreignStore {
	over := newTransport()
	origins := cfg.Origins
	if cfg.PublicURL != "" {
		origins = append([]string{cfg.PublicURL}, origins...)
	}
	return &foreignStore{cfg: cfg.S3, s3: newS3Client(cfg.S3, over, more...), over: over, origins: origins, log: cfg.Log}
}

func (f *foreignStore) client() *s3.Client    { return f.s3 }
func (f *foreignStore) place() sign.Config    { return f.cfg.place() }
func (f *foreignStore) names(cfg *api.Config) { cfg.FileSystem = f.cfg.FileSystem }
func (*foreignStore) ended() <-chan struct{}  { return nil }

func (f *foreignStore) close() error {
	f.over.CloseIdleConnections()
	return nil
}

func (f *foreignStore) watch() watch {
	return watch{secret: f.cfg.WebhookSecret, reconcile: f.cfg.reconcileEvery(), poll: f.cfg.pollEvery()}
}

// prepare looks at the bucket, again and again until the store answers.
func (f *foreignStore) prepare(ctx context.Context, settings provision.Settings) (ageing, error) {
	for attempt := 0; ; attempt++ {
		found, err := f.look(ctx, staleAfter(settings.Lifecycle))
		var away *awayError
		switch {
		case err == nil:
			f.lookAtOrigins(ctx, f.origins)
			f.lookAtNames(ctx)
			return found, nil
		case ctx.Err() != nil:
			return ageing{}, ctx.Err()
		case !errors.As(err, &away):
			return ageing{}, err
		}
		f.log.Warn("waiting for the store", "error", err)
		sleep(ctx, pause(attempt+waitMore))
	}
}

// look returns how the bucket's content ages, if the bucket will do. stale is the
// age at which unfinished uploads are to be aborted. The error is an *awayError
// if the store may be asked again, or a *SettingError.
func (f *foreignStore) look(ctx context.Context, stale time.Duration) (ageing, error) {
	ctx, cancel := context.WithTimeout(ctx, lookTimeout)
	defer cancel()
	if err := f.lookAtVersioning(ctx); err != nil {
		return ageing{}, err
	}
	if err := f.lookAtSigner(ctx); err != nil {
		return ageing{}, err
	}
	var lifecycle provision.Lifecycle
	out, err := f.s3.GetBucketLifecycleConfiguration(ctx, &s3.GetBucketLifecycleConfigurationInput{Bucket: &f.cfg.Bucket})
	if err != nil {
		// It has none, or cannot have one, or we may not see it: aborting what
		// the store aborts too does no harm.
		f.log.Debug("unfinished uploads are aborted by the server", "older_than", stale.String(), "error", err)
	} else {
		lifecycle.Rules = out.Rules
	}
	return ageingOf(lifecycle, stale), nil
}
