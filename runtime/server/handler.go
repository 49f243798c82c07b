package server

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/s3"

	"github.com/bytepass/bytepass/runtime/api"
	"github.com/bytepass/bytepass/runtime/bucket"
	"github.com/bytepass/bytepass/runtime/console"
	"github.com/bytepass/bytepass/runtime/ingest"
	"github.com/bytepass/bytepass/runtime/sign"
	"github.com/bytepass/bytepass/runtime/uploads"
)

// eventsPath is where a store sends its notifications, with the secret in a
// header or behind the path.
const eventsPath = "/events"

// errLeaving is why a server that was told to stop is not ready.
var errLeaving = errors.New("the server is stopping")

// settleTime is how long a foreign store may take to show a file that another
// server has just completed.
const settleTime = time.Second

// newHandler returns everything that is served: the API with the console, the
// development issuer, and the door for the store's events. origins are those
// that the template lets in.
func (s *server) newHandler(multipart *bucket.Multipart, origins []string) (http.Handler, error) {
	place, watch := s.store.place(), s.store.watch()
	place.Now = s.cfg.Now
	plain, err := sign.New(place)
	if err != nil {
		return nil, err
	}
	signer := s.metrics.Signer(plain)
	cfg := api.Config{
		Auth: s.metrics.Auth(s.identity), Limits: s.cfg.limits(), Uploads: signer, Downloads: signer,
		Catalog: s.catalog, Deleter: s.bucket, Restorer: s.bucket,
		Origins: origins, RequireScopes: s.cfg.RequireScopes, ScopePrefix: s.cfg.ScopePrefix,
		Console: console.Files(), ContentOrigins: []string{plain.Origin()}, Login: newLogin(s.cfg, s.identity),
		Ready: s.checks(), Served: s.metrics.Served, Log: s.cfg.Log, Now: s.cfg.Now,
	}
	s.store.names(&cfg)
	var parts uploads.Store = multipart
	var settle time.Duration
	if !watch.tellsAll {
		settle = settleTime
		n := noted{s.feed.changed}
		cfg.Deleter, cfg.Restorer, parts = notedDeleter{cfg.Deleter, n}, notedRestorer{cfg.Restorer, n}, notedUploads{parts, n}
	}
	if cfg.Multipart, err = uploads.New(uploads.Config{
		Store: parts, Objects: s.bucket, Signer: signer, Bucket: place.Bucket, Limits: s.cfg.limits(), Settle: settle,
	}); err != nil {
		return nil, err
	}
	files, err := api.New(cfg)
	if err != nil {
		return nil, err
	}
	routes := routes{api: files, issuer: s.identity.routes}
	if watch.secret != "" {
		if routes.events, err = ingest.Webhook(ingest.Hook{
			Secret: watch.secret, Bucket: place.Bucket, Handle: s.told, Log: s.cfg.Log,
		}); err != nil {
			return nil, err
		}
	}
	routes.events = s.metrics.Counted(http.MethodPost+" "+eventsPath, routes.events)
	trusted, err := networks(s.cfg.TrustedProxies)
	return behindProxies(trusted, routes), err
}

// told is called with every key that a notification names. Where it names none,
// the store is looked through. It returns nil when the catalog has followed.
func (s *server) told(ctx context.Context, objectKey string) error {
	if objectKey == "" {
		return s.upkeep.scout.seen(ctx)
	}
	return s.feed.follow(ctx, objectKey)
}

// checks are what has to work for the server to be ready.
func (s *server) checks() []api.Check {
	client, name := s.store.client(), s.store.place().Bucket
	checks := []api.Check{
		{Name: "stopping", Ping: func(context.Context) error {
			if s.leaving.Load() {
				return errLeaving
			}
			return nil
		}},
		{Name: "catalog", Ping: s.catalog.Ping},
		{Name: "store", Ping: func(ctx context.Context) error {
			_, err := client.HeadBucket(ctx, &s3.HeadBucketInput{Bucket: &name})
			return err
		}},
		{Name: "issuer", Ping: s.identity.sinceStart()},
	}
	if s.versions != nil {
		checks = append(checks, api.Check{Name: "versioning", Ping: s.versions.kept})
	}
	if s.folder != nil {
		room := s.folder.Room()
		checks = append(checks, api.Check{Name: "disk", Ping: func(context.Context) error { return room.Check() }})
	}
	if s.store.watch().gate {
		checks = append(checks, api.Check{Name: "reconcile", Ping: s.upkeep.ready})
	}
	return checks
}

// routes leads requests to those who answer them.
type routes struct {
	api    http.Handler
	issuer http.Handler // the development issuer; nil if there is none
	events http.Handler // of the store; nil if it has no secret
}

// ServeHTTP serves the issuer and the events below their paths, and leaves
// everything else to the API. The path of an event may hold its secret: nothing
// here logs it.
func (h routes) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	switch {
	case h.issuer != nil && strings.HasPrefix(r.URL.Path, issuerPath+"/"):
		h.issuer.ServeHTTP(w, r)
	case h.events != nil && isEvent(r):
		h.events.ServeHTTP(w, r)
	default:
		h.api.ServeHTTP(w, r)
	}
}

// isEvent reports whether a store has sent the request, as it says.
func isEvent(r *http.Request) bool {
	return r.URL.Path == eventsPath || strings.HasPrefix(r.URL.Path, eventsPath+"/")
}
