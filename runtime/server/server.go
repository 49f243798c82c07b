package server

import (
	"cmp"
	"context"
	"errors"
	"net"
	"net/http"
	"sync/atomic"
	"time"

	"github.com/bytepass/bytepass/runtime/bucket"
	"github.com/bytepass/bytepass/runtime/catalog/sql"
	"github.com/bytepass/bytepass/runtime/ingest"
	"github.com/bytepass/bytepass/runtime/metrics"
	"github.com/bytepass/bytepass/runtime/server/folder"
)

// stopTimeout bounds each step of a graceful stop.
const stopTimeout = 10 * time.Second

// Check returns nil if Run could begin with the configuration, or a
// *SettingError. It reads what the settings name and touches nothing.
func Check(cfg Config) error {
	if err := cfg.Validate(); err != nil {
		return err
	}
	if _, err := newCertificate(cfg); err != nil {
		return err
	}
	_, err := readTemplate(cfg, cfg.Listen)
	return err
}

// Run serves until ctx ends, and then stops gracefully: requests that are under
// way are answered, and the catalog follows the last changes. From the first
// moment it listens; while a database or a store is away, and until everything
// is open, it answers that it is starting. The error is a *SettingError when a
// setting cannot be used, folder.ErrInUse when another process serves the
// folder, or what made the server fail. A process can run one server with an
// embedded store at a time, and its working directory changes.
func Run(ctx context.Context, cfg Config) (err error) {
	if err := Check(cfg); err != nil {
		return err
	}
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", cfg.Listen)
	if err != nil {
		return cannotListen("--listen", cfg.Listen, err)
	}
	defer listener.Close() // the door has closed it, unless we never came so far
	s := &server{cfg: cfg, address: listener.Addr().String(), metrics: metrics.New(cfg.Version, cfg.Now)}
	var stopFollowing func()
	if s.cert, stopFollowing, err = followCertificate(ctx, cfg); err != nil {
		return err
	}
	defer stopFollowing()
	stopMetrics, err := serveMetrics(ctx, cfg, s.metrics)
	if err != nil {
		return err
	}
	defer stopMetrics()
	if cfg.NeedsFolder() {
		if s.folder, err = folder.Open(cfg.Data, true); err != nil {
			return bad("--data", "%v", err)
		}
		unlock, err := s.folder.Lock()
		if err != nil {
			return err
		}
		defer closing(&err, unlock)
	}
	defer closing(&err, s.close)
	door := openDoor(cfg, listener, s.cert)
	defer door.slam()
	if err := s.open(ctx); err != nil {
		if ctx.Err() != nil {
			return nil // it was told to stop before it had started
		}
		return err
	}
	door.serve(s.handler)
	if cfg.Started != nil {
		cfg.Started(s.running())
	}
	select {
	case <-ctx.Done():
	case err = <-door.failed:
	case <-s.store.ended():
		err = errors.New("the store has stopped")
	}
	cfg.Log.Info("stopping")
	if err == nil {
		s.leave()
	}
	return errors.Join(err, door.close())
}

// server is what Run opens.
type server struct {
	cfg     Config
	folder  *folder.Folder // nil if nothing is kept on disk
	address string         // where the API listens
	cert    *certificate   // nil without TLS
	metrics *metrics.Metrics

	catalog   *sql.Catalog
	projector *ingest.Projector
	feed      *feed
	giveUp    context.CancelFunc // ends what goes on in the background
	store     store
	bucket    *bucket.Bucket
	identity  identity
	upkeep    *upkeep
	versions  *versionLook // nil of the embedded store, whose versions nobody can suspend
	handler   http.Handler
	leaving   atomic.Bool // it was told to stop
}

// open opens everything behind the API, what is needed first at first.
func (s *server) open(ctx context.Context) (err error) {
	background, giveUp := context.WithCancel(context.WithoutCancel(ctx))
	s.giveUp = giveUp
	if s.cfg.Database != "" {
		if err := awaitDatabase(ctx, s.cfg); err != nil {
			return err
		}
	}
	if s.catalog, err = openCatalog(ctx, s.cfg, s.folder); err != nil {
		return err
	}
	// The feed begins to work with the first change, when all of this is set.
	s.upkeep = newUpkeep(s.cfg.Log, s.metrics)
	parallel := feedTogether
	if s.cfg.Database != "" {
		parallel = feedParallel
	}
	s.feed = newFeed(background, s.cfg.Log, parallel, func(ctx context.Context, objectKey string) error {
		return s.projector.Sync(ctx, objectKey)
	}, s.upkeep.scout.reconcile, s.metrics)
	if err := s.openStore(ctx); err != nil {
		return err
	}
	settings, err := readTemplate(s.cfg, s.address)
	if err != nil {
		return err
	}
	ageing, err := s.store.prepare(ctx, settings)
	if err != nil {
		return err
	}
	client, name := s.store.client(), s.store.place().Bucket
	multipart := bucket.NewMultipart(client, name)
	s.bucket = bucket.New(client, name)
	if s.cfg.S3.Endpoint != "" {
		tryUploads(ctx, multipart, client, s.cfg.Log)
		s.bucket = s.bucket.LookingAgain()
	}
	s.projector = newProjector(s.bucket, name, s.catalog, ageing.keep, s.cfg)
	s.upkeep.projector, s.upkeep.bucket, s.upkeep.forget, s.upkeep.watch = s.projector, s.bucket, s.catalog.Forget, s.store.watch()
	s.upkeep.sweeper = sweeper{multipart, ageing.abortAfter, s.metrics, s.cfg.Log, s.cfg.Now}
	leader, err := s.leader()
	if err != nil {
		return err
	}
	s.upkeep.start(background, leader)
	if s.versions != nil {
		s.upkeep.work.Go(func() { s.versions.run(background, cmp.Or(s.cfg.versionsEvery, versionsEvery)) })
	}
	if s.identity, err = newIdentity(s.cfg, s.folder, s.address); err != nil {
		return err
	}
	if s.cfg.Issuer != "" {
		s.upkeep.work.Go(func() { s.identity.look(background, s.cfg.Log) })
	}
	s.measure()
	s.warnOfMixedContent()
	s.warnOfOwnCatalog()
	s.handler, err = s.newHandler(multipart, corsOrigins(settings.CORS))
	return err
}

// openStore starts the embedded store, or reaches for the one of the settings.
func (s *server) openStore(ctx context.Context) error {
	if s.cfg.S3.Endpoint == "" {
		e, err := startEmbedded(ctx, s.cfg, s.folder, s.address, s.cert, s.metrics, s.feed.changed)
		if err == nil {
			s.store = e
		}
		return err
	}
	foreign := newForeign(s.cfg, s.metrics.S3)
	s.store, s.versions = foreign, &versionLook{ask: foreign.lookForVersions, log: s.cfg.Log}
	if s.folder == nil {
		return nil
	}
	state, err := s.folder.State()
	state.Listen = s.address
	return errors.Join(err, s.folder.Remember(state))
}

func (s *server) running() Running {
	r := Running{URL: s.cfg.PublicURL, Store: s.store.place().Endpoint, Bucket: s.store.place().Bucket, Guest: s.identity.guest}
	if r.URL == "" {
		r.URL = s.cfg.scheme() + "://" + s.address
	}
	if s.folder != nil {
		r.Data = s.folder.Path()
	}
	return r
}

// leave says that the server is not ready any more, and gives balancers the
// time to look elsewhere.
func (s *server) leave() {
	s.leaving.Store(true)
	wait := time.Sleep
	if s.cfg.sleep != nil {
		wait = s.cfg.sleep
	}
	wait(s.cfg.DrainDelay)
}

// close closes what open has opened. The catalog follows what has changed as
// long as the store answers; a change that is acknowledged while the store
// stops is left to the next reconcile.
func (s *server) close() error {
	var errs []error
	if s.feed != nil {
		drain, cancel := context.WithTimeout(context.Background(), stopTimeout)
		s.feed.drain(drain)
		cancel()
	}
	s.giveUp()
	if s.store != nil {
		errs = append(errs, s.store.close())
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
