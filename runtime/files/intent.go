package files

import "maps"

// MaxSinglePut is the largest object of one PUT or POST on S3, in bytes
// (https://docs.aws.amazon.com/AmazonS3/latest/userguide/upload-objects.html).
const MaxSinglePut int64 = 5 << 30

// maxName bounds a display name in bytes.
const maxName = 255

// Intent is what a caller says about a file that is to be sent in one request,
// as it arrived: nothing in it has been checked.
type Intent struct {
	Key      string
	MimeType string // empty for a file of unknown type
	// Size is the exact number of bytes; nil if the caller does not know it.
	Size           *int64
	ChecksumSHA256 string // base64; empty for none
	Metadata       map[string]string
	Name           string // display name; empty for none
	NoOverwrite    bool
}

// NewUpload checks an intent against the limits and returns what is to be
// signed. A plain file carries no declaration: its size and type are bound by
// the signature. A file with metadata or a display name declares all that is
// known of it, and a file of unknown size declares the limit in force, so that
// ingest can judge what arrives.
//
// The error is a *Problem whose field is that of the intent: key, mimeType,
// size, checksumSHA256, metadata (or metadata.<name>) or name.
func NewUpload(space Space, in Intent, l Limits) (Upload, error) {
	key, err := ParseKey(in.Key)
	if err != nil {
		return Upload{}, err
	}
	if _, err := space.ObjectKey(key); err != nil {
		return Upload{}, err
	}
	u := Upload{Space: space, Key: key, Size: SizeUnknown, ChecksumSHA256: in.ChecksumSHA256, NoOverwrite: in.NoOverwrite}
	if u.MimeType, err = l.CheckType("mimeType", in.MimeType); err != nil {
		return Upload{}, err
	}
	if in.Size != nil {
		u.Size = *in.Size
		if err := l.checkSinglePut(u.Size); err != nil {
			return Upload{}, err
		}
	}
	if err := CheckChecksum(in.ChecksumSHA256); err != nil {
		return Upload{}, err
	}
	if u.Declaration, err = declare(in, l); err != nil {
		return Upload{}, err
	}
	return u, nil
}

func (l Limits) checkSinglePut(size int64) error {
	if err := l.CheckSize(size); err != nil {
		return err
	}
	if size > MaxSinglePut {
		return Problemf(CodeTooLarge, "size", "the size is %d bytes; one request can send at most %d, use a multipart upload", size, MaxSinglePut)
	}
	return nil
}

// declare returns what has to travel with the object beyond what the signature
// of its request binds.
func declare(in Intent, l Limits) (Declaration, error) {
	if err := CheckMetadata(in.Metadata); err != nil {
		return Declaration{}, err
	}
	if len(in.Name) > maxName || !printable(in.Name) {
		return Declaration{}, Problemf(CodeInvalidMetadata, "name", "the display name is not at most %d bytes of text without control characters", maxName)
	}
	var d Declaration
	if in.Size == nil {
		limit := min(l.MaxSize, MaxSinglePut)
		d.MaxSize = &limit
	}
	if len(in.Metadata) == 0 && in.Name == "" {
		return d, nil
	}
	d.Size, d.Type, d.Name, d.ChecksumSHA256 = in.Size, in.MimeType, in.Name, in.ChecksumSHA256
	d.Metadata = maps.Clone(in.Metadata)
	if size := len(d.Encode()); size > l.MaxMetadata {
		field := "metadata"
		if len(in.Metadata) == 0 {
			field = "name"
		}
		return Declaration{}, Problemf(CodeInvalidMetadata, field, "metadata and name take %d bytes once encoded in ASCII; at most %d are possible", size, l.MaxMetadata)
	}
	return d, nil
}
