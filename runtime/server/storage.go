package server

import (
	"cmp"
	"context"
	"errors"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/s3"

	"github.com/bytepass/bytepass/runtime/catalog/sql"
	"github.com/bytepass/bytepass/runtime/server/embedded"
	"github.com/bytepass/bytepass/runtime/server/folder"
)

// Storage is the store and the catalog of a server's settings, for commands that
// look after them. Close it when done.
type Storage struct {
	Client  *s3.Client
	Bucket  string
	Catalog *sql.Catalog
	keep    time.Duration // see ageing
	stop    func() error
}

// OpenStorage reaches the store and the catalog of the settings. It works beside
// servers that run with these settings, also when none does: then the embedded
// store runs until Close.
func OpenStorage(ctx context.Context, cfg Config) (*Storage, error) {
	var f *folder.Folder
	var err error
	if cfg.S3.Endpoint == "" || cfg.Database == "" {
		if f, err = folder.Open(cfg.Data, false); err != nil {
			return nil, err
		}
	}
	reach := reachEmbedded
	if cfg.S3.Endpoint != "" {
		reach = reachForeign
	}
	s, err := reach(ctx, cfg, f)
	if err != nil {
		return nil, err
	}
	if cfg.Database != "" {
		if err := reachDatabase(ctx, cfg.Database, cmp.Or(cfg.reachWithin, lookTimeout)); err != nil {
			return nil, errors.Join(refused(ctx, err), s.stop())
		}
	}
	if s.Catalog, err = openCatalog(ctx, cfg, f); err != nil {
		return nil, errors.Join(err, s.stop())
	}
	return s, nil
}

// Close lets go of both.
func (s *Storage) Close() error { return errors.Join(s.Catalog.Close(), s.stop()) }

// reachForeign reaches the store of the settings, if that is as a server needs
// it.
func reachForeign(ctx context.Context, cfg Config, _ *folder.Folder) (*Storage, error) {
	if err := cfg.S3.validate(cfg); err != nil {
		return nil, err
	}
	store := newForeign(cfg)
	found, err := store.look(ctx, 0)
	if err != nil {
		return nil, errors.Join(err, store.close())
	}
	return &Storage{Client: store.client(), Bucket: cfg.S3.Bucket, keep: found.keep, stop: store.close}, nil
}

// reachEmbedded reaches the folder's store: that of the process that serves it,
// or one that runs until it is stopped.
func reachEmbedded(ctx context.Context, cfg Config, f *folder.Folder) (*Storage, error) {
	unlock, err := f.Lock()
	if errors.Is(err, folder.ErrInUse) {
		return reachServed(f)
	}
	if err != nil {
		return nil, err
	}
	state, err := f.State()
	if err != nil {
		return nil, errors.Join(err, unlock())
	}
	// What changes beside the command, it sees itself.
	store, err := startStore(ctx, Config{Log: cfg.Log}, f, state.Listen, nil, func(string) {})
	if err != nil {
		return nil, errors.Join(err, unlock())
	}
	stop := func() error { return errors.Join(store.Close(), unlock()) }
	return &Storage{Client: store.Client(), Bucket: Bucket, keep: forever, stop: stop}, nil
}

// reachServed reaches the store that another process runs.
func reachServed(f *folder.Folder) (*Storage, error) {
	state, err := f.State()
	if err != nil {
		return nil, err
	}
	keys, err := f.Keys()
	if err != nil {
		return nil, err
	}
	scheme := "http://"
	if state.Certificate != "" {
		scheme = "https://"
	}
	over := embedded.Transport(state.Certificate)
	stop := func() error {
		over.CloseIdleConnections()
		return nil
	}
	client := embedded.NewClient(scheme+state.S3Listen, keys.AccessKey, keys.SecretKey, embedded.Over(over))
	return &Storage{Client: client, Bucket: Bucket, keep: forever, stop: stop}, nil
}
