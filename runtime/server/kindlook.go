package server

import (
	"context"

	"github.com/bytepass/bytepass/runtime/provision/onprem"
)

// lookAtNames warns where the store keeps objects as files, and the settings do
// not say so: names that exclude each other would then be refused only after a
// client has sent its file. A store that a proxy hides is not known.
func (f *foreignStore) lookAtNames(ctx context.Context) {
	if f.cfg.FileSystem {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, preflightTimeout)
	defer cancel()
	kind, err := onprem.Recognise(ctx, newHTTPClient(f.over, s3Timeout), f.cfg.Endpoint)
	if err == nil && (kind == onprem.VersityGW || kind == onprem.MinIO) {
		f.log.Warn("the store keeps objects as files, so that a and a/b exclude each other; say so with --s3-file-system, and the second is refused before it is sent", "store", kind)
	}
}

// warnOfOwnCatalog says so where the files are in a store of somebody else's and
// the catalog on this machine's disk: no other server can share it. It is rebuilt
// from the store where it is lost.
func (s *server) warnOfOwnCatalog() {
	if s.cfg.S3.Endpoint != "" && s.cfg.Database == "" {
		s.cfg.Log.Warn("the catalog is in a file on this machine, so only one server can run on this store; for several, name a PostgreSQL database with --database", "data", s.folder.Path())
	}
}
