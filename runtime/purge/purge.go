package purge

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/s3"

	"github.com/bytepass/bytepass/runtime/catalog"
	"github.com/bytepass/bytepass/runtime/files"
)

// Store is what a purge needs of an S3 client. On AWS these are
// s3:ListBucketVersions on the bucket, and s3:DeleteObjectVersion on its objects
// (with s3:DeleteObject for what has no version).
type Store interface {
	ListObjectVersions(context.Context, *s3.ListObjectVersionsInput, ...func(*s3.Options)) (*s3.ListObjectVersionsOutput, error)
	DeleteObjects(context.Context, *s3.DeleteObjectsInput, ...func(*s3.Options)) (*s3.DeleteObjectsOutput, error)
	DeleteObject(context.Context, *s3.DeleteObjectInput, ...func(*s3.Options)) (*s3.DeleteObjectOutput, error)
}

// Uploads are the bucket's unfinished multipart uploads, as bucket.Multipart has
// them.
type Uploads interface {
	UnfinishedUploads(ctx context.Context, prefix string, visit func(files.Unfinished) error) error
	AbortUpload(ctx context.Context, objectKey, uploadID string) error
}

// Target is what to erase: exactly Key, if that is set, and else every key of
// the space that begins with Prefix.
type Target struct {
	Space  files.Space
	Key    files.Key
	Prefix string
}

// Validate returns what is wrong with the target, or nil.
func (t Target) Validate() error {
	switch {
	case t.Space.IsZero():
		return errors.New("no space is named")
	case t.Key != "" && t.Prefix != "":
		return errors.New("a key and a prefix contradict each other")
	}
	return nil
}

// prefix returns what the target's keys begin with.
func (t Target) prefix() string {
	if t.Key != "" {
		return string(t.Key)
	}
	return t.Prefix
}

// objects returns what the target's object keys begin with.
func (t Target) objects() string { return t.Space.Prefix() + t.prefix() }

// has reports whether an object key is the target's.
func (t Target) has(object string) bool {
	if t.Key != "" {
		return object == t.objects()
	}
	return strings.HasPrefix(object, t.objects())
}

// Counts are things, found or erased. What is erased may be more than what was
// found before: that of keys that arrived in between, and of the tombstones of
// keys that had no record.
type Counts struct {
	Keys     int   `json:"keys"` // that have versions or markers
	Versions int   `json:"versions"`
	Markers  int   `json:"markers"`
	Bytes    int64 `json:"bytes"` // of the versions
	Uploads  int   `json:"uploads"`
	Records  int   `json:"records"` // keys that have one
}

// Any reports whether there is anything.
func (c Counts) Any() bool { return c != Counts{} }

// Config is what a purge is made of; every field is needed but Progress.
type Config struct {
	Store   Store
	Bucket  string
	Uploads Uploads
	Catalog catalog.Eraser
	Target  Target
	// OneByOne deletes one version with each request, one after another, for
	// stores that cannot take many at once and do not say so.
	OneByOne bool
	// Settle is how long nothing may turn up any more. Patience is how long new
	// things may turn up, from the end of the first round on, until it gives up:
	// no round that finds something may begin later. It is at least as long as
	// the first round, whose deletions the store and ingest may still be telling of.
	Settle, Patience time.Duration
	Now              func() time.Time
	// Progress is told what was erased so far, after every step.
	Progress func(Counts)
}

// Left is something that is still there.
type Left struct {
	Object string `json:"object"` // its key
	// Version is the id of a version or marker, Upload that of an upload; both
	// are empty for a record of the catalog.
	Version string `json:"version,omitempty"`
	Upload  string `json:"upload,omitempty"`
	Reason  string `json:"reason"`
}

// Result is what became of a purge.
type Result struct {
	Erased Counts
	// Left is what the last round could not erase, the first of it (at most
	// maxLeft), and LeftCount how much that is.
	Left      []Left
	LeftCount int
	// Coming says that new things were still turning up when it gave up.
	Coming bool
}

// Clean reports whether nothing is left, which the last rounds have proven.
func (r Result) Clean() bool { return r.LeftCount == 0 && !r.Coming }

const maxLeft = 20

// Purge erases.
type Purge struct{ cfg Config }

// New returns a purge of the target, or why it is none.
func New(cfg Config) (*Purge, error) {
	if cfg.Progress == nil {
		cfg.Progress = func(Counts) {}
	}
	return &Purge{cfg}, cfg.Target.Validate()
}

// Run erases until nothing is found any more, or what is left stays. The error
// is the context's, or that of a store or catalog that cannot be listed; the
// result says how far it came.
func (p *Purge) Run(ctx context.Context) (total Result, err error) {
	erased := newTally()
	defer func() { total.Erased = erased.Counts }()
	var quiet, patient time.Time // since when nothing was erased, and until when something may turn up
	for {
		began := p.cfg.Now()
		r := &round{Purge: p, total: erased}
		if err := r.run(ctx); err != nil {
			return total, err
		}
		total.Left, total.LeftCount = r.left, r.leftCount
		now := p.cfg.Now()
		if patient.IsZero() {
			patient = now.Add(max(p.cfg.Patience, now.Sub(began)))
		}
		switch {
		case r.erased > 0:
			quiet = time.Time{}
			if total.Coming = began.After(patient); total.Coming {
				return total, nil
			}
		case quiet.IsZero():
			quiet = now
		}
		if !quiet.IsZero() && now.Sub(quiet) >= p.cfg.Settle {
			return total, nil
		}
		select {
		case <-ctx.Done():
			return total, ctx.Err()
		case <-time.After(min(max(p.cfg.Settle/4, 10*time.Millisecond), time.Second)):
		}
	}
}
