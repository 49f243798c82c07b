package transfer

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"sync"

	"github.com/bytepass/bytepass/runtime/client"
)

// chunk is the range of a file that is fetched by one request, in bytes.
const chunk = 16 << 20

// Get fetches a file, as the service described it, into path: by ranges, side
// by side, into a hidden file beside it that becomes path when all is there and
// verified. When Get fails or ctx ends, what has arrived stays, and the next
// Get of the same version to the same path goes on with it.
//
// The error is a *MismatchError when the bytes are not those that were stored;
// they are removed then.
func (e *Engine) Get(ctx context.Context, f client.File, path string, progress func(int64)) (Result, error) {
	if progress == nil {
		progress = func(int64) {}
	}
	switch info, err := os.Stat(path); {
	case err == nil && info.IsDir():
		return Result{}, fmt.Errorf("%s is a folder; name a file, or end it with a slash to put the file inside", path)
	case err == nil && !info.Mode().IsRegular():
		return Result{}, argumentError(path + " is a device or a pipe, which a file would replace; write - and send standard output there")
	}
	if there, err := filepath.EvalSymlinks(path); err == nil {
		path = there // a link stays one
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
		return Result{}, err
	}
	j, err := openJournal(path, f)
	if err != nil {
		return Result{}, err
	}
	defer j.close()
	g := &get{Engine: e, url: newDownload(e, f), file: f, journal: j, progress: progress}
	result := Result{Key: f.Key, Size: f.Size, VersionID: f.VersionID, ETag: f.ETag, Resumed: j.bytes()}
	progress(result.Resumed)
	check := verify(ctx, j, f)
	defer check.stop()
	err = e.each(ctx, j.missing(), min(f.Size, chunk), g.fetch)
	if errors.Is(err, errNoRanges) {
		err = g.fetchAll(ctx)
	}
	result.Sent = g.received
	if err != nil {
		check.stop()
		<-check.done // it reads what is about to be closed
		if errors.Is(err, errGone) || errors.Is(err, errTaken) {
			err = fmt.Errorf("this version of the file is not there any more, get it again: %w", err)
		}
		return result, err
	}
	if result.Verified, err = j.settle(check); err != nil {
		return result, err
	}
	if result.Verified == "sha256" {
		result.SHA256 = f.ChecksumSHA256
	}
	return result, j.commit()
}

// get is the fetching of one file.
type get struct {
	*Engine
	url      *download
	file     client.File
	journal  *journal
	progress func(int64)

	mu       sync.Mutex
	received int64
}

// fetch fetches one range; a broken one goes on where it broke.
func (g *get) fetch(ctx context.Context, number int) error {
	first, last := g.journal.span(number)
	err := g.persistFrom(ctx, func() int64 { return first }, g.url.drop, func() error {
		url, err := g.url.get(ctx)
		if err != nil {
			return err
		}
		n, err := g.Engine.fetch(ctx, url, g.file.ETag, first, last, &writer{g.journal.data, first, g.progress})
		first += n
		g.mu.Lock()
		g.received += n
		g.mu.Unlock()
		return err
	})
	if err != nil {
		return err
	}
	return g.journal.add(number)
}

// writer writes to a place in a file.
type writer struct {
	file     *os.File
	at       int64
	progress func(int64)
}

// Write writes p behind what was written before.
func (w *writer) Write(p []byte) (int, error) {
	n, err := w.file.WriteAt(p, w.at)
	w.at += int64(n)
	w.progress(int64(n))
	if err != nil {
		err = &localError{err}
	}
	return n, err
}

// GetStream writes a file to w from its beginning to its end, by one request
// after the other. The bytes are out before they can be verified: the error is
// a *MismatchError then.
func (e *Engine) GetStream(ctx context.Context, f client.File, w io.Writer, progress func(int64)) (Result, error) {
	if progress == nil {
		progress = func(int64) {}
	}
	release, err := e.acquire(ctx, f.Size)
	if err != nil {
		return Result{}, err
	}
	defer release()
	check := newChecker(f)
	url := newDownload(e, f)
	var done int64
	out := writeFunc(func(p []byte) (int, error) {
		n, err := w.Write(p)
		check.Write(p[:n])
		progress(int64(n))
		if err != nil {
			err = &localError{err}
		}
		return n, err
	})
	for done < f.Size {
		err := e.persistFrom(ctx, func() int64 { return done }, url.drop, func() error {
			signed, err := url.get(ctx)
			if err != nil {
				return err
			}
			n, err := e.fetch(ctx, signed, f.ETag, done, min(done+chunk, f.Size)-1, out)
			if errors.Is(err, errNoRanges) {
				n, err = e.fetchWhole(ctx, signed, f.ETag, done, f.Size, out)
			}
			done += n
			return err
		})
		if err != nil {
			return Result{Key: f.Key, Size: f.Size, Sent: done}, err
		}
	}
	result := Result{Key: f.Key, Size: f.Size, Sent: done, VersionID: f.VersionID, ETag: f.ETag}
	result.Verified, err = check.verdict()
	return result, err
}

type writeFunc func([]byte) (int, error)

// Write calls the function.
func (f writeFunc) Write(p []byte) (int, error) { return f(p) }
