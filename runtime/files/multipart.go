package files

import (
	"encoding/base64"
	"errors"
	"maps"
	"time"
)

// What S3 allows in a multipart upload
// (https://docs.aws.amazon.com/AmazonS3/latest/userguide/qfacts.html).
const (
	MaxParts           = 10_000
	MinPartSize  int64 = 5 << 20 // bytes; the last part may be smaller
	MaxPartSize  int64 = 5 << 30
	MaxMultipart       = MaxParts * MaxPartSize // 48.8 TiB
)

// ErrUploadGone is what a store says of a multipart upload that it does not
// know: completed, aborted, expired, of another key, or never begun.
var ErrUploadGone = errors.New("files: the store does not know the multipart upload")

// ErrPartChanged is what a completion returns when a part is no longer what
// the completion lists.
var ErrPartChanged = errors.New("files: a part changed since it was listed")

// ErrExists is what a completion that must not overwrite returns when the key
// is taken (412 of S3).
var ErrExists = errors.New("files: the key holds an object")

// PartUpload is one part that is to be sent: what a part's URL is signed for.
type PartUpload struct {
	ObjectKey string
	UploadID  string // the store's
	Number    int    // 1 to MaxParts
	// Size is the exact length of the part in bytes; SizeUnknown leaves it open.
	Size int64
	// ChecksumCRC64NVME is the part's, base64; empty for none.
	ChecksumCRC64NVME string
}

// Part is one part that the store has.
type Part struct {
	Number            int
	Size              int64
	ETag              string // without quotes
	ChecksumCRC64NVME string // base64; empty where the store keeps none
}

// PartList is what the store has of a multipart upload.
type PartList struct {
	Parts []Part // by number, ascending
	// FullChecksum says that the store keeps a CRC64NVME of the whole object
	// and compares it on completion.
	FullChecksum bool
}

// Unfinished is a multipart upload that was neither completed nor aborted.
type Unfinished struct {
	ObjectKey string
	UploadID  string // the store's
	StartedAt time.Time
}

// Completion is what makes an object of the parts of a multipart upload.
type Completion struct {
	ObjectKey string
	UploadID  string // the store's
	Parts     []Part // as the store listed them, by number, ascending
	// NoOverwrite makes a store that can refuse to replace an object.
	NoOverwrite bool
	// ChecksumCRC64NVME is the whole object's, base64, for the store to
	// compare; empty for none.
	ChecksumCRC64NVME string
}

// Size returns the size of the object that the parts make, in bytes.
func (c Completion) Size() int64 {
	var size int64
	for _, p := range c.Parts {
		size += p.Size
	}
	return size
}

// Completed is the object that a completion made.
type Completed struct {
	Location  string // the object's URL, unsigned; empty if the store names none
	ETag      string // without quotes
	VersionID string // empty where the bucket is not versioned, or the store does not say
	// ChecksumCRC64NVME is the whole object's, base64; empty where the store
	// keeps none.
	ChecksumCRC64NVME string
}

// NewMultipart is NewUpload for a file that is sent in parts: the same checks,
// sizes up to S3's limit, and always a declaration, because nothing that the
// parts' URLs bind is bound for the whole. nonce is the upload's identity,
// ChecksumCRC64NVME the whole object's in base64, or empty.
func NewMultipart(space Space, in Intent, checksumCRC64NVME, nonce string, l Limits) (Upload, error) {
	if in.Size != nil && *in.Size > MaxMultipart && l.CheckSize(*in.Size) == nil {
		return Upload{}, Problemf(CodeTooLarge, "size", "the size is %d bytes; S3 stores at most %d", *in.Size, MaxMultipart)
	}
	if err := CheckCRC64NVME("checksumCRC64NVME", checksumCRC64NVME); err != nil {
		return Upload{}, err
	}
	size := in.Size
	in.Size = nil // the limit of a single request does not apply
	u, err := NewUpload(space, in, l)
	if err != nil {
		return Upload{}, err
	}
	d := Declaration{
		Type: in.MimeType, Name: in.Name, Metadata: maps.Clone(in.Metadata), Nonce: nonce,
		ChecksumSHA256: in.ChecksumSHA256, ChecksumCRC64NVME: checksumCRC64NVME,
	}
	if size == nil {
		limit := min(l.MaxSize, MaxMultipart)
		d.MaxSize = &limit
	} else {
		if err := l.CheckSize(*size); err != nil {
			return Upload{}, err
		}
		u.Size, d.Size = *size, size
	}
	if bytes := len(d.Encode()); bytes > l.MaxMetadata {
		return Upload{}, Problemf(CodeInvalidMetadata, "metadata", "metadata and name take %d bytes once encoded in ASCII with the rest of the declaration; at most %d are possible", bytes, l.MaxMetadata)
	}
	u.Declaration = d
	return u, nil
}

// CheckCRC64NVME returns nil if c is empty or a CRC64NVME in base64, as S3
// writes it (8 bytes, big-endian), or a *Problem on field with
// CodeInvalidChecksum.
func CheckCRC64NVME(field, c string) error {
	if c == "" {
		return nil
	}
	raw, err := base64.StdEncoding.Strict().DecodeString(c)
	if err != nil || len(raw) != 8 {
		return Problemf(CodeInvalidChecksum, field, "send the 8 bytes of the CRC64NVME, big-endian, in standard base64 (12 characters)")
	}
	return nil
}
