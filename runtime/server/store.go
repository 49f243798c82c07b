package server

import (
	"context"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"github.com/bytepass/bytepass/runtime/api"
	"github.com/bytepass/bytepass/runtime/provision"
	"github.com/bytepass/bytepass/runtime/server/embedded"
	"github.com/bytepass/bytepass/runtime/sign"
)

// Bucket is the name of the embedded store's bucket.
const Bucket = "bytepass"

// account stands for an AWS account where the template names one; the stores
// that are served here have none.
const account = "000000000000"

// store is where the objects are, which is all that differs between the store
// of this process (embeddedStore) and one that somebody else runs (foreignStore).
type store interface {
	// client is for what the server itself asks of the store.
	client() *s3.Client
	// place says where clients reach the bucket, and as whom URLs are signed.
	// Its Now is not set.
	place() sign.Config
	// names says in cfg which names the store has no room for.
	names(cfg *api.Config)
	// prepare returns when the bucket can be used, and what the server has to
	// know of how its content ages. settings are what the template asks of the
	// bucket. The error is a *SettingError where the settings are wrong.
	prepare(ctx context.Context, settings provision.Settings) (ageing, error)
	// watch says how the server comes to know of changes.
	watch() watch
	// ended is closed when the store has ended; nil if the server cannot know.
	ended() <-chan struct{}
	close() error
}

// watch is how the server comes to know what changed in the store.
type watch struct {
	// tellsAll says that the store tells the feed of every change by itself, so
	// that what the API does need not be noted, and nothing is looked for later.
	tellsAll bool
	// gate says that the server is not ready before the catalog was compared
	// with the store.
	gate bool
	// secret lets the store's notifications in; empty: there are none.
	secret string
	// reconcile is how often catalog and store are compared, and poll how often
	// the store is looked through for uploads; 0 is never.
	reconcile, poll time.Duration
}

// readTemplate returns what the template asks of the bucket, with the origins
// of cfg and of the server's own pages let in. A template that cannot be used
// is a *SettingError.
func readTemplate(cfg Config, listen string) (provision.Settings, error) {
	values := provision.Values{Bucket: Bucket, Region: embedded.Region, Account: account}
	if cfg.S3.Endpoint != "" {
		values.Bucket, values.Region = cfg.S3.Bucket, cfg.S3.region()
	}
	settings, err := provision.Read(cfg.Template, values)
	if err != nil {
		return provision.Settings{}, bad("--assembly", "%v", err)
	}
	return settings.AllowOrigins(append(cfg.ownOrigins(listen), cfg.Origins...)...), nil
}

// corsOrigins returns the origins that any of the rules lets in.
func corsOrigins(rules []types.CORSRule) []string {
	var all []string
	for _, r := range rules {
		all = append(all, r.AllowedOrigins...)
	}
	slices.Sort(all)
	return slices.Compact(all)
}
