package transfer

import (
	"context"
	"crypto/md5" //nolint:gosec // it is what an ETag is made of, no proof
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"hash"
	"io"
	"os"

	"github.com/bytepass/bytepass/runtime/client"
)

// MismatchError is a file that arrived with other bytes than were stored.
type MismatchError struct{ Key string }

// Error says so.
func (e *MismatchError) Error() string {
	return fmt.Sprintf("the bytes of %q that arrived have another SHA-256 than those that were stored; get it again", e.Key)
}

// checker compares bytes with what is known of a file.
type checker struct {
	file client.File
	sum  hash.Hash
	size int64
}

// newChecker returns a checker that uses the SHA-256 if it is known, or else
// the ETag where that can be an MD5.
func newChecker(f client.File) *checker {
	c := &checker{file: f}
	switch {
	case f.ChecksumSHA256 != "":
		c.sum = sha256.New()
	case len(f.ETag) == hex.EncodedLen(md5.Size):
		c.sum = md5.New() //nolint:gosec // see above
	}
	return c
}

// Write takes the file's bytes from its beginning to its end.
func (c *checker) Write(p []byte) (int, error) {
	c.size += int64(len(p))
	if c.sum != nil {
		c.sum.Write(p)
	}
	return len(p), nil
}

// verdict returns by what the bytes were found to be right, as
// Result.Verified says, or a *MismatchError. An ETag that is not the MD5 proves
// nothing: a store that encrypts with keys of its own has other ones.
func (c *checker) verdict() (string, error) {
	switch {
	case c.size != c.file.Size:
		return "", &MismatchError{c.file.Key}
	case c.file.ChecksumSHA256 != "":
		if base64.StdEncoding.EncodeToString(c.sum.Sum(nil)) != c.file.ChecksumSHA256 {
			return "", &MismatchError{c.file.Key}
		}
		return "sha256", nil
	case c.sum != nil && hex.EncodeToString(c.sum.Sum(nil)) == c.file.ETag:
		return "etag", nil
	}
	return "size", nil
}

// verify reads a file that has arrived.
func verify(ctx context.Context, data *os.File, f client.File) (string, error) {
	c := newChecker(f)
	r := io.NewSectionReader(data, 0, f.Size)
	for c.size < f.Size {
		if err := ctx.Err(); err != nil {
			return "", err
		}
		if _, err := io.CopyN(c, r, min(chunk, f.Size-c.size)); err != nil {
			return "", err
		}
	}
	return c.verdict()
}
