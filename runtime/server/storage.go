package server

import (
	"context"
	"errors"

	"github.com/aws/aws-sdk-go-v2/service/s3"

	"github.com/bytepass/bytepass/runtime/catalog/sql"
	"github.com/bytepass/bytepass/runtime/server/folder"
)

// Storage is the store and the catalog of a server's settings, for commands that
// look after them. Close it when done.
type Storage struct {
	Client  *s3.Client
	Bucket  string
	Catalog *sql.Catalog
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
	reach, s := reachEmbedded, &Storage{Bucket: Bucket}
	if cfg.S3.Endpoint != "" {
		reach, s.Bucket = reachForeign, cfg.S3.Bucket
	}
	if s.Client, s.stop, err = reach(ctx, cfg, f); err != nil {
		return nil, err
	}
	if s.Catalog, err = openCatalog(ctx, cfg, f); err != nil {
		return nil, errors.Join(err, s.stop())
	}
	return s, nil
}

// Close lets go of both.
func (s *Storage) Close() error { return errors.Join(s.Catalog.Close(), s.stop()) }
