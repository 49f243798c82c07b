package embedded

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/versity/versitygw/auth"
	"github.com/versity/versitygw/backend/meta"
	"github.com/versity/versitygw/backend/posix"
	"github.com/versity/versitygw/embedgw"
	"github.com/versity/versitygw/s3api"
)

const (
	// maxCopy is the largest object that S3 copies in one request.
	maxCopy = 5 << 30
	// maxParts is the largest number of parts of a multipart upload on S3.
	maxParts = 10_000
	// maxConnections bounds what the gateway does at the same time.
	maxConnections = 1024
	// sidecarFolder holds the attributes of a file, where they are files.
	sidecarFolder = "meta"
	// objectsFolder holds the buckets, as folders.
	objectsFolder = "objects"
)

// Metadata says where the store keeps what belongs to an object beside its
// bytes. It cannot change once there are objects.
type Metadata string

// Where metadata is kept.
const (
	// Attributes keeps it in extended attributes of the files, which move with
	// them, so that every change is one step.
	Attributes Metadata = "attributes"
	// Sidecar keeps it in files of its own, for file systems without extended
	// attributes. A process killed in the middle of a change may leave an
	// object without metadata.
	Sidecar Metadata = "sidecar"
)

// Config is what a store is made of; every field is needed, but for those of
// HTTPS and the log.
type Config struct {
	// Folder holds everything; it is made if it is not there.
	Folder   string
	Metadata Metadata
	Listen   string // host and port, the port not 0
	// AccessKey and SecretKey are the root's, the only account there is.
	AccessKey, SecretKey string
	// CertFile and KeyFile are absolute paths of files of PEM, with which the
	// store speaks HTTPS; empty, it speaks HTTP. They are read again with each
	// value from Renewed.
	CertFile, KeyFile string
	Renewed           <-chan struct{}
	// Log is told what fails inside the store; nil: nobody is.
	Log *slog.Logger
	// Changed is called after every change of a key, from many goroutines at
	// once; the change is acknowledged when it has returned.
	Changed func(bucket, key string)
}

// Store is a running store.
type Store struct {
	cfg  Config
	over *http.Transport // of our own clients
	work *underWay
	stop context.CancelFunc
	done chan struct{} // closed when the gateway has ended
	err  error         // why, readable after done is closed
}

// Probe returns where a store in folder, which exists, can keep its metadata.
func Probe(folder string) Metadata {
	f, err := os.CreateTemp(folder, ".probe-*")
	if err != nil {
		return Sidecar
	}
	defer os.Remove(f.Name())
	defer f.Close()
	if err := (meta.XattrMeta{}).StoreAttribute(f, "", "", "probe", []byte("1")); err != nil {
		return Sidecar
	}
	return Attributes
}

// Start starts the store and returns when it answers. A process can have one
// store at a time, and its working directory changes to the store's folder:
// make paths absolute before. The error names the address or the folder.
func Start(ctx context.Context, cfg Config) (*Store, error) {
	folder, err := filepath.Abs(cfg.Folder)
	if err != nil {
		return nil, fmt.Errorf("store: %w", err)
	}
	cfg.Folder = folder
	if err := free(ctx, cfg.Listen); err != nil {
		return nil, err
	}
	b, err := newBackend(cfg)
	if err != nil {
		return nil, fmt.Errorf("store: opening %s: %w", folder, err)
	}
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	told := &reporting{b, cfg.Log}
	run, stop := context.WithCancel(context.WithoutCancel(ctx))
	s := &Store{cfg: cfg, over: Transport(cfg.CertFile), work: &b.underWay, stop: stop, done: make(chan struct{})}
	ready := make(chan struct{})
	root := auth.Account{Access: cfg.AccessKey, Secret: cfg.SecretKey, Role: auth.RoleAdmin}
	go func() {
		defer close(s.done)
		s.err = untilAlone(run, told, &embedgw.Config{
			RootUserAccess: cfg.AccessKey, RootUserSecret: cfg.SecretKey, Region: Region,
			IAMService: auth.NewIAMServiceSingle(root),
			Ports:      []string{cfg.Listen}, KeepAlive: true, Quiet: true, DisableACLs: true,
			MaxConnections: maxConnections, MaxRequests: maxConnections, MultipartMaxParts: maxParts,
			CertFile: cfg.CertFile, KeyFile: cfg.KeyFile, SigHup: cfg.Renewed,
			S3Options: []s3api.Option{
				s3api.WithOnListen(func() { close(ready) }),
				s3api.WithMiddleware("/", b.underWay.middleware),
				s3api.WithMiddleware("/", readableRefusals(b)),
				s3api.WithMiddleware("/", told.panics),
			},
		})
	}()
	select {
	case <-ready:
		return s, nil
	case <-s.done:
		stop()
		return nil, fmt.Errorf("store: listening on %s: %w", cfg.Listen, s.err)
	case <-ctx.Done():
		return nil, errors.Join(ctx.Err(), s.Close())
	}
}

func newBackend(cfg Config) (*backend, error) {
	b := &backend{
		objects: filepath.Join(cfg.Folder, objectsFolder), versions: filepath.Join(cfg.Folder, "versions"),
		atomic: cfg.Metadata == Attributes, changed: cfg.Changed,
	}
	beside := filepath.Join(cfg.Folder, "sidecar")
	folders := []string{b.objects, b.versions}
	if !b.atomic {
		folders = append(folders, beside)
	}
	for _, folder := range folders {
		if err := os.MkdirAll(folder, 0o700); err != nil {
			return nil, err
		}
	}
	opts := posix.PosixOpts{
		VersioningDir: b.versions, CopyObjectThreshold: maxCopy,
		// Files without a name cannot replace one in one step: for a moment they
		// stand beside it under a longer name, which an object could have, and
		// which is too long for the system if the object's is long.
		ForceNoTmpFile: true,
	}
	opts.SetNewDirPerm(0o700)
	opts.SetNewFilePerm(0o600)
	var err error
	if b.atomic {
		b.meta = meta.XattrMeta{}
	} else {
		attributes, err := meta.NewSideCar(beside)
		if err != nil {
			return nil, err
		}
		b.meta, opts.SideCarDir = sidecar{attributes}, beside
	}
	if b.Posix, err = posix.New(b.objects, b.meta, opts); err != nil {
		return nil, err
	}
	return b, errors.Join(b.clearRemains(), b.resumeUploads())
}

// free returns an error that names the address if somebody listens on it. The
// gateway would say so, too, but only after its start has changed the working
// directory.
func free(ctx context.Context, address string) error {
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", address)
	if err != nil {
		return fmt.Errorf("store: %w", err)
	}
	return l.Close()
}

// untilAlone runs the gateway. One of a store that was closed may still wait for
// connections that nobody uses, for ten seconds at most.
func untilAlone(ctx context.Context, b *reporting, cfg *embedgw.Config) error {
	for {
		err := embedgw.RunVersityGW(ctx, b, cfg)
		if err == nil || ctx.Err() != nil || !strings.Contains(err.Error(), "already running") {
			return err
		}
		select {
		case <-ctx.Done():
		case <-time.After(endInterval):
		}
	}
}

// Done is closed when the store has ended, by itself or after Close.
func (s *Store) Done() <-chan struct{} { return s.done }

// Close stops the store: it takes no more requests, and gives those under way
// ten seconds to finish. It does not wait for connections that are idle.
func (s *Store) Close() error {
	s.stop()
	s.work.ended(s.done, s.over.CloseIdleConnections)
	select {
	case <-s.done:
	default:
		return nil
	}
	if errors.Is(s.err, context.Canceled) {
		return nil
	}
	return s.err
}
