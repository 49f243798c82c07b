package transfer

import (
	"context"
	"errors"
	"io"

	"github.com/bytepass/bytepass/runtime/client"
)

// Put is a file to send.
type Put struct {
	Key      string // the caller's; the service normalises it
	MimeType string // empty if it is not known
	Metadata map[string]string
	// NoOverwrite refuses to replace a file of the key.
	NoOverwrite bool
	// SkipSame sends nothing where a file of the key is listed with the same SHA-256;
	// all of it counts as resumed.
	SkipSame bool
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
// fails or ctx ends, what has arrived of a file in parts stays, for the next Put,
// unless the file changed, or the key was taken meanwhile and NoOverwrite is set:
// an upload that this Put has begun is aborted then.
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
	if p.SkipSame {
		result, there, err := e.stored(ctx, p.Key, print)
		if err != nil {
			return Result{}, err
		}
		if there {
			p.progress(result.Size)
			return result, nil
		}
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
