package transfer

import (
	"context"
	"crypto/md5" //nolint:gosec // see putWhole
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"sync/atomic"

	"github.com/bytepass/bytepass/runtime/client"
)

// Put is a file to send.
type Put struct {
	Key      string // the caller's; the service normalises it
	MimeType string // empty if it is not known
	Metadata map[string]string
	// NoOverwrite refuses to replace a file of the key.
	NoOverwrite bool
	// Await waits until the catalog shows the file. For one that goes in parts
	// Put does so in any case.
	Await bool
	// Checking is told how many bytes more were read for the fingerprint, before
	// anything is sent. It may be nil.
	Checking func(delta int64)
	// Progress is told how many bytes more are there; fewer when a part has to
	// be sent again. It may be nil, and is called by several at once.
	Progress func(delta int64)
}

func (p Put) progress(delta int64) {
	if p.Progress != nil {
		p.Progress(delta)
	}
}

// checking returns a reader of bytes that tells Checking of them.
func (p Put) checking(r io.Reader) io.Reader {
	if p.Checking == nil {
		return r
	}
	return readFunc(func(buf []byte) (int, error) {
		n, err := r.Read(buf)
		p.Checking(int64(n))
		return n, err
	})
}

// overwrite returns what the API calls so: nil or false.
func (p Put) overwrite() *bool {
	if !p.NoOverwrite {
		return nil
	}
	return new(bool)
}

// Put sends a file of this machine. It goes on with an unfinished upload of the
// same bytes, if there is one.
//
// The error is a *ChangedError when the file changed, a *client.Problem when the
// service refused, a *RejectedError when what arrived was refused. When Put
// fails or ctx ends, what has arrived of a file in parts stays, for the next Put.
func (e *Engine) Put(ctx context.Context, path string, p Put) (Result, error) {
	s, err := openSource(path)
	if err != nil {
		return Result{}, err
	}
	defer s.file.Close()
	print, err := s.fingerprint(ctx, p.checking)
	if err != nil {
		return Result{}, err
	}
	if s.size() <= e.Single {
		result, err := e.putWhole(ctx, s, print, p)
		if err == nil && p.Await {
			var listed bool
			listed, err = e.settle(ctx, client.Completed{Key: result.Key, VersionID: result.VersionID})
			result.Unlisted = !listed
		}
		return result, err
	}
	result, err := e.putParts(ctx, s, print, p, true)
	var rejected *RejectedError
	if result.Resumed > 0 && errors.As(err, &rejected) {
		return e.putParts(ctx, s, print, p, false) // it was begun for another file
	}
	return result, err
}

// putWhole sends a file in one PUT.
func (e *Engine) putWhole(ctx context.Context, s *source, print fingerprint, p Put) (Result, error) {
	size := s.size()
	release, err := e.acquire(ctx, size)
	if err != nil {
		return Result{}, err
	}
	defer release()
	intent := client.Upload{
		Key: p.Key, MimeType: p.MimeType, Size: &size, ChecksumSHA256: print.sha256,
		Overwrite: p.overwrite(), Metadata: p.Metadata,
	}
	signed, err := e.API.Presign(ctx, intent)
	if err != nil {
		return Result{}, err
	}
	var stored answer
	var sent int64
	var sum hash.Hash
	expired, tries := false, 0
	err = e.persist(ctx, func() { expired = true }, func() error {
		if expired {
			again, err := e.API.Presign(ctx, intent)
			if err != nil {
				return err
			}
			signed, expired = again, false
		}
		tries++
		n := &counter{progress: p.progress}
		var err error
		sum = md5.New() //nolint:gosec // it is what an ETag is made of, no proof
		stored, err = e.send(ctx, signed.URL, signed.Headers, io.TeeReader(s.section(0, size, print.whole(), n.add), sum), size)
		sent += n.Load()
		if err != nil {
			n.undo()
		}
		return err
	})
	switch {
	case errors.Is(err, errDigest):
		return Result{}, fmt.Errorf("%s arrived with other bytes than it has: %w", s.path, err)
	case errors.Is(err, errTaken):
		// The answer to an earlier try may have been lost.
		f, there := e.API.File(ctx, signed.Key, "")
		if tries == 1 || there != nil || f.ChecksumSHA256 != print.sha256 {
			return Result{}, &client.Problem{Status: 412, Code: client.CodeConflict, Field: "key", Detail: fmt.Sprintf("there is a file %q already, and it must not be overwritten", signed.Key)}
		}
		stored = answer{f.ETag, f.VersionID, f.ChecksumSHA256}
	case err != nil:
		return Result{}, err
	}
	result := Result{
		Key: signed.Key, Size: size, Sent: sent, VersionID: stored.versionID, ETag: stored.etag,
		SHA256: print.sha256, Verified: "size",
	}
	switch {
	case stored.sha256 == print.sha256: // some stores take the header and look at no byte
		result.Verified = "sha256"
	case stored.etag == hex.EncodeToString(sum.Sum(nil)):
		result.Verified = "etag"
	}
	return result, nil
}

// counter counts the bytes of one try.
type counter struct {
	atomic.Int64
	progress func(int64)
}

func (c *counter) add(n int64) {
	c.Add(n)
	c.progress(n)
}

// undo takes back what was told of a try that failed.
func (c *counter) undo() { c.progress(-c.Load()) }
