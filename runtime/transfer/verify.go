package transfer

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
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
	sum  hash.Hash // SHA-256, or nil
	etag *etagHash // without a SHA-256, or nil
	size int64
}

// newChecker returns a checker that uses the SHA-256 if it is known, or else
// the ETag where it is known how that is made.
func newChecker(f client.File) *checker {
	c := &checker{file: f}
	if f.ChecksumSHA256 != "" {
		c.sum = sha256.New()
	} else {
		c.etag = newETag(f.ETag, f.Size)
	}
	return c
}

// Write takes the file's bytes from its beginning to its end.
func (c *checker) Write(p []byte) (int, error) {
	c.size += int64(len(p))
	switch {
	case c.sum != nil:
		c.sum.Write(p)
	case c.etag != nil:
		_, _ = c.etag.Write(p) // never fails
	}
	return len(p), nil
}

// verdict returns by what the bytes were found to be right, as
// Result.Verified says, or a *MismatchError. An ETag that is another
// proves nothing: a store that encrypts with keys of its own makes them
// otherwise.
func (c *checker) verdict() (string, error) {
	switch {
	case c.size != c.file.Size:
		return "", &MismatchError{c.file.Key}
	case c.file.ChecksumSHA256 != "":
		if base64.StdEncoding.EncodeToString(c.sum.Sum(nil)) != c.file.ChecksumSHA256 {
			return "", &MismatchError{c.file.Key}
		}
		return "sha256", nil
	case c.etag != nil && c.etag.String() == c.file.ETag:
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
