package uploads

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"time"

	"github.com/bytepass/bytepass/runtime/files"
)

// MaxBatch is the largest number of part URLs in one answer.
const MaxBatch = 1000

// firstStreamBatch is how many URLs Start signs when it does not know how many
// there will be: for 1 GiB.
const firstStreamBatch = 16

// Store is what is needed of the store beyond signed URLs. Every method
// retries what may be retried, until its context ends, and returns
// files.ErrUploadGone when the store does not know the upload under this
// object key.
type Store interface {
	// CreateUpload begins a multipart upload of u and returns the store's id.
	// fullChecksum says that the store will keep a CRC64NVME of the object.
	CreateUpload(ctx context.Context, u files.Upload) (uploadID string, fullChecksum bool, err error)
	// UploadedParts returns all parts that are there.
	UploadedParts(ctx context.Context, objectKey, uploadID string) (files.PartList, error)
	// UnfinishedUploads calls visit for every unfinished upload whose object
	// key begins with prefix, until visit returns an error, which it returns.
	UnfinishedUploads(ctx context.Context, prefix string, visit func(files.Unfinished) error) error
	// CompleteUpload makes the object. Beyond ErrUploadGone the error may be
	// files.ErrPartChanged or files.ErrExists.
	CompleteUpload(ctx context.Context, c files.Completion) (files.Completed, error)
	// AbortUpload forgets the upload and its parts.
	AbortUpload(ctx context.Context, objectKey, uploadID string) error
}

// Objects is what is needed of the objects themselves.
type Objects interface {
	// Head returns the object's current version; found is false only when the
	// store said 404.
	Head(ctx context.Context, objectKey string) (head files.Head, found bool, err error)
}

// Signer signs what clients send to the store.
type Signer interface {
	// PresignPart signs the PUT of one part for life. It does no I/O, but for
	// the renewal of its credentials.
	PresignPart(ctx context.Context, p files.PartUpload, life time.Duration) (files.Presigned, error)
	// ObjectURL returns the unsigned URL of an object.
	ObjectURL(objectKey string) string
}

// Config is what a Control is made of.
type Config struct {
	Store   Store
	Objects Objects
	Signer  Signer
	Bucket  string // its name, for the records in answers
	Limits  files.Limits
	// Wait is how long a call may take before the caller is asked to come
	// back; it has to be shorter than the gateway's patience. 0 is 25 s: API
	// Gateway gives up after 30.
	Wait time.Duration
	// Finish is how long a completion may go on after its caller was asked to
	// come back. 0 is 10 minutes.
	Finish time.Duration
	// Settle is how long a file may not be there yet after the store has
	// forgotten its upload: some stores do first the one and then the other, when
	// another server completes the upload. 0 is for those that do both at once.
	Settle time.Duration
}

// Control is the control of multipart uploads. All its methods take the space
// of the verified caller and are safe for concurrent use. Their errors are
// *files.Problem where the caller can do something about them; *GoneError and
// *PartsError are such, and say more.
type Control struct {
	Config
	completing queue
}

// New returns the Control made of cfg, or an error that names what is missing.
func New(cfg Config) (*Control, error) {
	if cfg.Store == nil || cfg.Objects == nil || cfg.Signer == nil {
		return nil, errors.New("uploads: Store, Objects and Signer must be set")
	}
	if cfg.Limits.MaxSize <= 0 || cfg.Limits.Part < time.Second {
		return nil, errors.New("uploads: Limits.MaxSize and Limits.Part must be set")
	}
	if cfg.Wait == 0 {
		cfg.Wait = 25 * time.Second
	}
	if cfg.Finish == 0 {
		cfg.Finish = 10 * time.Minute
	}
	return &Control{Config: cfg}, nil
}

// Intent is what a caller says about the file that he is going to send.
type Intent struct {
	files.Intent
	// ChecksumCRC64NVME is the whole file's, base64; empty if he does not
	// know it yet (Finish takes it too).
	ChecksumCRC64NVME string
}

// Started is an upload that has begun, and the URLs of its first parts.
type Started struct {
	ID   string
	Key  files.Key // normalised
	Plan Plan
	// FullChecksum says that the store keeps a CRC64NVME of the whole object,
	// and that Complete compares it.
	FullChecksum bool
	Batch
}

// Start begins an upload. It signs the URLs of the first parts, at most
// MaxBatch, in the same call. An intent with NoOverwrite is refused when the
// key is taken already; Complete checks that again. Start is not idempotent:
// each call begins another upload, and what is never completed goes with the
// bucket's lifecycle.
func (c *Control) Start(ctx context.Context, space files.Space, in Intent) (Started, error) {
	ctx, cancel := context.WithTimeout(ctx, c.Wait)
	defer cancel()
	nonce := newNonce()
	upload, err := files.NewMultipart(space, in.Intent, in.ChecksumCRC64NVME, nonce, c.Limits)
	if err != nil {
		return Started{}, err
	}
	objectKey, err := space.ObjectKey(upload.Key)
	if err != nil {
		return Started{}, err
	}
	if upload.NoOverwrite {
		_, found, err := c.Objects.Head(ctx, objectKey)
		if err != nil {
			return Started{}, fmt.Errorf("look for an object of the key: %w", err)
		}
		if found {
			return Started{}, taken(upload.Key)
		}
	}
	storeID, fullChecksum, err := c.Store.CreateUpload(ctx, upload)
	if err != nil {
		return Started{}, fmt.Errorf("begin a multipart upload: %w", err)
	}
	up := target{
		space: space, key: upload.Key, objectKey: objectKey,
		id: id{store: storeID, nonce: nonce, size: upload.Size, noOverwrite: upload.NoOverwrite},
	}
	s := Started{ID: up.encode(objectKey), Key: upload.Key, Plan: NewPlan(upload.Size), FullChecksum: fullChecksum}
	first := firstStreamBatch
	if s.Plan.Known() {
		first = min(s.Plan.Count(), MaxBatch)
	}
	wanted := make([]WantedPart, first)
	for i := range wanted {
		wanted[i].Number = i + 1
	}
	s.Batch, err = c.sign(ctx, up, wanted)
	return s, err
}

// newNonce returns 16 random bytes in URL-safe base64.
func newNonce() string {
	var b [nonceSize]byte
	rand.Read(b[:]) // never returns an error
	return base64.RawURLEncoding.EncodeToString(b[:])
}

// target is the upload that a call is about.
type target struct {
	id
	space     files.Space
	key       files.Key
	objectKey string
}

// find checks that uploadID is of this key in this space.
func find(space files.Space, key, uploadID string) (target, error) {
	k, err := files.ParseKey(key)
	if err != nil {
		return target{}, err
	}
	objectKey, err := space.ObjectKey(k)
	if err != nil {
		return target{}, err
	}
	i, err := parseID(uploadID, objectKey)
	if err != nil {
		return target{}, err
	}
	return target{id: i, space: space, key: k, objectKey: objectKey}, nil
}

func taken(key files.Key) *files.Problem {
	return files.Problemf(files.CodeConflict, "key", "there is a file %q already, and overwrite is false; choose another key, or allow it to be overwritten", key)
}
