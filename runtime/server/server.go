package server

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"github.com/bytepass/bytepass/runtime/api"
	"github.com/bytepass/bytepass/runtime/bucket"
	"github.com/bytepass/bytepass/runtime/catalog/sql"
	"github.com/bytepass/bytepass/runtime/console"
	"github.com/bytepass/bytepass/runtime/ingest"
	"github.com/bytepass/bytepass/runtime/server/embedded"
	"github.com/bytepass/bytepass/runtime/server/folder"
	"github.com/bytepass/bytepass/runtime/sign"
	"github.com/bytepass/bytepass/runtime/uploads"
)

// Bounds of a request to the API. Bodies are small JSON: bytes of files never
// come this way.
const (
	headerTimeout  = 10 * time.Second
	requestTimeout = time.Minute
	idleTimeout    = 2 * time.Minute
	maxHeaderBytes = 64 << 10
)

// stopTimeout bounds each step of a graceful stop.
const stopTimeout = 10 * time.Second

// Check returns nil if Run could begin with the configuration, or a
// *SettingError. It reads what the settings name and touches nothing.
func Check(cfg Config) error {
	if err := cfg.Validate(); err != nil {
		return err
	}
	_, err := readTemplate(cfg, cfg.Listen)
	return err
}

// Run serves until ctx ends, and then stops gracefully: requests that are under
// way are answered, and the catalog follows the last changes. The error is a
// *SettingError when a setting cannot be used, folder.ErrInUse when another
// process serves the folder, or what made the server fail. A process can run
// one server at a time, and its working directory changes.
func Run(ctx context.Context, cfg Config) (err error) {
	if err := Check(cfg); err != nil {
		return err
	}
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", cfg.Listen)
	if err != nil {
		return cannotListen("--listen", cfg.Listen, err)
	}
	defer listener.Close() // serve has closed it, unless we never came so far
	f, err := folder.Open(cfg.Data, true)
	if err != nil {
		return bad("--data", "%v", err)
	}
	unlock, err := f.Lock()
	if err != nil {
		return err
	}
	defer closing(&err, unlock)
	s := &server{cfg: cfg, folder: f, address: listener.Addr().String()}
	defer closing(&err, s.close)
	if err := s.open(ctx); err != nil {
		return err
	}
	return s.serve(ctx, listener)
}

// server is what Run opens.
type server struct {
	cfg     Config
	folder  *folder.Folder
	address string // where the API listens

	catalog   *sql.Catalog
	projector *ingest.Projector
	feed      *feed
	giveUp    context.CancelFunc // ends what the feed still tries
	store     *embedded.Store
	bucket    *bucket.Bucket
	identity  identity
	upkeep    *upkeep
	handler   http.Handler
}

// open opens everything behind the API, what is needed first at first.
func (s *server) open(ctx context.Context) (err error) {
	background, giveUp := context.WithCancel(context.WithoutCancel(ctx))
	s.giveUp = giveUp
	if s.catalog, err = openCatalog(ctx, s.cfg.Database, s.folder, s.cfg.Now); err != nil {
		return err
	}
	// The feed begins to work with the first change, when all of this is set.
	s.feed = newFeed(background, s.cfg.Log, func(ctx context.Context, objectKey string) error {
		return s.projector.Sync(ctx, objectKey)
	})
	if s.store, err = startStore(ctx, s.cfg, s.folder, s.address, s.feed.changed); err != nil {
		return err
	}
	client := s.store.Client()
	settings, err := readTemplate(s.cfg, s.address)
	if err != nil {
		return err
	}
	gaps, err := provisionStore(ctx, client, settings, s.cfg.Log)
	if err != nil {
		return err
	}
	s.bucket = bucket.New(client, Bucket)
	s.projector = newProjector(s.bucket, s.catalog, s.cfg.Log, s.cfg.Now)
	s.upkeep = startUpkeep(background, s.projector, s.bucket, s.cfg.Log)
	s.upkeep.work.Go(func() { forgetting(background, s.catalog.Forget, s.cfg.Log) })
	sweeper{bucket.NewMultipart(client, Bucket), abortAfter(settings.Lifecycle, gaps), s.cfg.Log, s.cfg.Now}.start(background, s.upkeep.done, &s.upkeep.work)
	if s.identity, err = newIdentity(s.cfg, s.folder, s.address); err != nil {
		return err
	}
	if s.cfg.Issuer != "" {
		s.upkeep.work.Go(func() { s.identity.look(background, s.cfg.Log) })
	}
	s.handler, err = s.newHandler(client, corsOrigins(settings.CORS))
	return err
}

func (s *server) newHandler(client *s3.Client, origins []string) (http.Handler, error) {
	keys, err := s.folder.Keys()
	if err != nil {
		return nil, err
	}
	signer, err := sign.New(sign.Config{
		Endpoint: s.store.Endpoint(), Region: embedded.Region, Bucket: Bucket, PathStyle: true,
		Credentials: sign.Static(sign.Credentials{AccessKeyID: keys.AccessKey, SecretAccessKey: keys.SecretKey}),
		Now:         s.cfg.Now,
	})
	if err != nil {
		return nil, err
	}
	multipart, err := uploads.New(uploads.Config{
		Store: bucket.NewMultipart(client, Bucket), Objects: s.bucket, Signer: signer,
		Bucket: Bucket, Limits: s.cfg.limits(),
	})
	if err != nil {
		return nil, err
	}
	handler, err := api.New(api.Config{
		Auth: s.identity, Limits: s.cfg.limits(), Uploads: signer, Multipart: multipart, Downloads: signer,
		Catalog: s.catalog, Deleter: s.bucket, Restorer: s.bucket,
		FileSystem: true, Origins: origins, RequireScopes: s.cfg.RequireScopes,
		CheckName: func(object string) error { return s.store.CheckName(Bucket, object) },
		Console:   console.Files(), ContentOrigins: []string{s.store.Endpoint()}, Login: newLogin(s.cfg, s.identity),
		Ready: s.checks(client), Log: s.cfg.Log, Now: s.cfg.Now,
	})
	if err != nil || s.identity.routes == nil {
		return handler, err
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.URL.Path, issuerPath+"/") {
			s.identity.routes.ServeHTTP(w, r)
			return
		}
		handler.ServeHTTP(w, r)
	}), nil
}

// checks are what has to work for the server to be ready.
func (s *server) checks(client *s3.Client) []api.Check {
	return []api.Check{
		{Name: "catalog", Ping: s.catalog.Ping},
		{Name: "reconcile", Ping: s.upkeep.ready},
		{Name: "store", Ping: func(ctx context.Context) error {
			_, err := client.HeadBucket(ctx, &s3.HeadBucketInput{Bucket: aws.String(Bucket)})
			return err
		}},
		{Name: "issuer", Ping: s.identity.answers},
	}
}

// serve answers requests until ctx ends or something fails.
func (s *server) serve(ctx context.Context, listener net.Listener) error {
	h := &http.Server{
		Handler:           s.handler,
		ReadHeaderTimeout: headerTimeout, ReadTimeout: requestTimeout, WriteTimeout: requestTimeout,
		IdleTimeout: idleTimeout, MaxHeaderBytes: maxHeaderBytes,
		ErrorLog: slog.NewLogLogger(s.cfg.Log.Handler(), slog.LevelWarn),
	}
	failed := make(chan error, 1)
	go func() { failed <- h.Serve(listener) }()
	if s.cfg.Started != nil {
		s.cfg.Started(Running{URL: "http://" + s.address, Store: s.store.Endpoint(), Bucket: Bucket, Data: s.folder.Path(), Guest: s.identity.guest})
	}
	var err error
	select {
	case <-ctx.Done():
	case err = <-failed:
	case <-s.store.Done():
		err = errors.New("the store has stopped")
	}
	s.cfg.Log.Info("stopping")
	stop, cancel := context.WithTimeout(context.WithoutCancel(ctx), stopTimeout)
	defer cancel()
	if stopped := h.Shutdown(stop); stopped != nil {
		return errors.Join(err, fmt.Errorf("requests were cut off: %w", stopped), h.Close())
	}
	return err
}

// close closes what open has opened. The catalog follows what has changed as
// long as the store answers; a change that is acknowledged while the store
// stops is left to the next start's reconcile.
func (s *server) close() error {
	var errs []error
	if s.feed != nil {
		drain, cancel := context.WithTimeout(context.Background(), stopTimeout)
		s.feed.drain(drain)
		cancel()
	}
	s.giveUp()
	if s.store != nil {
		errs = append(errs, s.store.Close())
	}
	if s.feed != nil {
		s.feed.wait()
	}
	if s.upkeep != nil {
		s.upkeep.wait()
	}
	if s.catalog != nil {
		errs = append(errs, s.catalog.Close())
	}
	return errors.Join(errs...)
}

// closing runs a closer when a function returns and joins its error to err.
func closing(err *error, closer func() error) { *err = errors.Join(*err, closer()) }
