package transfer

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"os"

	"github.com/bytepass/bytepass/runtime/client"
)

// stored reports whether the service lists a file of the key with these bytes, by
// their SHA-256. What it keeps with the file, such as the type, is not compared.
func (e *Engine) stored(ctx context.Context, key string, print fingerprint) (Result, bool, error) {
	f, err := e.API.File(ctx, key, "")
	if client.CodeOf(err) == client.CodeNotFound {
		return Result{}, false, nil
	}
	if err != nil || f.Size != print.size || f.ChecksumSHA256 != print.sha256 {
		return Result{}, false, err
	}
	return same(f), true, nil
}

// Fetched reports whether path holds the bytes of a file, as the service described
// it, by their SHA-256; where the service knows none, it never does. It reads the
// file if the size is right. progress is told of its bytes when they are the same.
func (e *Engine) Fetched(ctx context.Context, f client.File, path string, progress func(int64)) (Result, bool, error) {
	info, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return Result{}, false, nil
	}
	if err != nil || f.ChecksumSHA256 == "" || !info.Mode().IsRegular() || info.Size() != f.Size {
		return Result{}, false, err
	}
	s, err := openSource(path)
	if err != nil {
		return Result{}, false, err
	}
	defer s.file.Close()
	print, err := s.fingerprint(ctx, func(r io.Reader) io.Reader { return r })
	if err != nil || print.sha256 != f.ChecksumSHA256 {
		return Result{}, false, err
	}
	progress(f.Size)
	return same(f), true, nil
}

// same is the result of a transfer that was not needed.
func same(f client.File) Result {
	return Result{Key: f.Key, Size: f.Size, Resumed: f.Size, VersionID: f.VersionID, ETag: f.ETag, SHA256: f.ChecksumSHA256, Verified: "sha256"}
}
