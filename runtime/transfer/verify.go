package transfer

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"hash"
	"io"

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
	sum  hash.Hash  // SHA-256, or nil
	etag *etagCheck // without a SHA-256, or nil
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
	case c.etag != nil && c.etag.matches():
		return "etag", nil
	}
	return "size", nil
}

// verifying is the verification of a file while it arrives.
type verifying struct {
	stop  context.CancelFunc
	check *checker
	done  chan error
}

// verify reads the chunks of a file in their order, each as soon as it is there,
// until all were read, ctx ends or stop is called.
func verify(ctx context.Context, j *journal, f client.File) *verifying {
	ctx, stop := context.WithCancel(ctx)
	v := &verifying{stop: stop, check: newChecker(f), done: make(chan error, 1)}
	go func() { v.done <- v.read(ctx, j) }()
	return v
}

func (v *verifying) read(ctx context.Context, j *journal) error {
	buf := make([]byte, min(copySize, max(j.size, 1)))
	for number := 1; number <= j.chunks(); number++ {
		for !j.has(number) {
			select {
			case <-j.news:
			case <-ctx.Done():
				return ctx.Err()
			}
		}
		first, last := j.span(number)
		if _, err := io.CopyBuffer(v.check, io.NewSectionReader(j.data, first, last-first+1), buf); err != nil {
			return err
		}
	}
	return nil
}

// verdict waits until the whole file was read; see checker.verdict.
func (v *verifying) verdict() (string, error) {
	if err := <-v.done; err != nil {
		return "", err
	}
	return v.check.verdict()
}

// settle brings a file that is there to the disk while the last of it is being
// verified. What turns out to be wrong is removed.
func (j *journal) settle(check *verifying) (verified string, err error) {
	flushed := make(chan error, 1)
	go func() { flushed <- j.data.Sync() }()
	verified, err = check.verdict()
	onDisk := <-flushed
	if errors.As(err, new(*MismatchError)) {
		return "", errors.Join(err, j.remove())
	}
	return verified, errors.Join(err, onDisk)
}
