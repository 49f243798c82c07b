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
	"time"

	"github.com/bytepass/bytepass/runtime/client"
)

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
				return client.Final(err)
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
		if errors.Is(err, errDigest) {
			return client.Temporary(err, 0) // the file has these bytes: see section
		}
		return err
	})
	switch {
	case errors.Is(err, errDigest):
		return Result{}, fmt.Errorf("%s arrived with other bytes than it has: %w", s.path, err)
	case errors.Is(err, errTaken):
		// The answer to an earlier try may have been lost.
		var f client.File
		if tries > 1 {
			f, err = e.listed(ctx, signed.Key)
		}
		if ctx.Err() != nil {
			return Result{}, ctx.Err()
		}
		if err != nil || f.ChecksumSHA256 != print.sha256 {
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

// listed waits until the catalog shows a file of a key, which the store holds, at
// most settleTimeout.
func (e *Engine) listed(ctx context.Context, key string) (client.File, error) {
	ctx, cancel := context.WithTimeout(ctx, settleTimeout)
	defer cancel()
	for pause := 50 * time.Millisecond; ; pause = min(2*pause, 2*time.Second) {
		f, err := e.API.File(ctx, key, "")
		if client.CodeOf(err) != client.CodeNotFound {
			return f, err
		}
		select {
		case <-ctx.Done():
			return f, err
		case <-time.After(pause):
		}
	}
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
