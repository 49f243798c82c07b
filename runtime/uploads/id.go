package uploads

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"

	"github.com/bytepass/bytepass/runtime/files"
)

// id is what an upload id says. Its text is URL-safe base64 without padding of
//
//	version 1 · flags · object (8) · [nonce (16)] · [size (uvarint)] · the store's id
//
// It holds no secret and is not signed: see the package comment for why that
// is enough.
type id struct {
	store       string // the store's id, visible ASCII
	nonce       string // as in the declaration; empty if it is not known (see Control.Unfinished)
	size        int64  // bytes, or files.SizeUnknown
	noOverwrite bool
}

const (
	idVersion  = 1
	objectSize = 8
	nonceSize  = 16
	// maxStoreID bounds the store's id in bytes; those of S3 have about 130.
	maxStoreID = 1024

	flagNonce       = 1 << 0
	flagSize        = 1 << 1
	flagNoOverwrite = 1 << 2
)

// encode returns the text of i for an upload to the object.
func (i id) encode(objectKey string) string {
	var flags byte
	b := append(make([]byte, 0, 64+len(i.store)), idVersion, 0)
	b = append(b, objectMark(objectKey)...)
	if nonce, err := base64.RawURLEncoding.DecodeString(i.nonce); err == nil && len(nonce) == nonceSize {
		flags |= flagNonce
		b = append(b, nonce...)
	}
	if i.size >= 0 {
		flags |= flagSize
		b = binary.AppendUvarint(b, uint64(i.size))
	}
	if i.noOverwrite {
		flags |= flagNoOverwrite
	}
	b[1] = flags
	return base64.RawURLEncoding.EncodeToString(append(b, i.store...))
}

// plan returns how the file is cut. Of an upload that was found in a list, by a
// caller who did not know the file's size, that is not known.
func (i id) plan() Plan {
	if i.nonce == "" && i.size < 0 {
		return Plan{Size: files.SizeUnknown}
	}
	return NewPlan(i.size)
}

// parseID reads what encode wrote for the same object. The error is a
// *files.Problem on the field "uploadId".
func parseID(text, objectKey string) (id, error) {
	none := files.Problemf(files.CodeInvalidField, "uploadId", "this is not an upload id; send the one that POST /api/uploads answered, unchanged")
	b, err := base64.RawURLEncoding.Strict().DecodeString(text)
	if err != nil || len(b) < 2+objectSize || b[0] != idVersion || b[1] >= flagNoOverwrite<<1 {
		return id{}, none
	}
	flags, object, b := b[1], b[2:2+objectSize], b[2+objectSize:]
	i := id{size: files.SizeUnknown, noOverwrite: flags&flagNoOverwrite != 0}
	if flags&flagNonce != 0 {
		if len(b) < nonceSize {
			return id{}, none
		}
		i.nonce, b = base64.RawURLEncoding.EncodeToString(b[:nonceSize]), b[nonceSize:]
	}
	if flags&flagSize != 0 {
		size, n := binary.Uvarint(b)
		if n <= 0 || size > uint64(files.MaxMultipart) {
			return id{}, none
		}
		i.size, b = int64(size), b[n:]
	}
	if len(b) == 0 || len(b) > maxStoreID || !visible(b) {
		return id{}, none
	}
	if i.store = string(b); string(object) != string(objectMark(objectKey)) {
		return id{}, files.Problemf(files.CodeInvalidField, "uploadId", "the upload id belongs to another key, or to somebody else's file; send the key that POST /api/uploads answered with it")
	}
	return i, nil
}

// objectMark is by what an id recognises its object, so that a mix-up is
// answered clearly instead of by the store.
func objectMark(objectKey string) []byte {
	sum := sha256.Sum256([]byte(objectKey))
	return sum[:objectSize]
}

func visible(b []byte) bool {
	for _, c := range b {
		if c <= ' ' || c > '~' {
			return false
		}
	}
	return true
}
