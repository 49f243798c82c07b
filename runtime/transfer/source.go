package transfer

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"

	"github.com/minio/crc64nvme"
)

// ChangedError is a file that was another one when its sending ended than when
// it began. Nothing of it was stored.
type ChangedError struct{ Path string }

// Error says so.
func (e *ChangedError) Error() string {
	return fmt.Sprintf("%s changed while it was being sent; nothing was stored, send it again when nobody writes to it", e.Path)
}

// source is a file of this machine, as it was when it was opened.
type source struct {
	path string
	file *os.File
	info fs.FileInfo
}

// openSource opens a regular file.
func openSource(path string) (*source, error) {
	info, err := os.Stat(path) // before opening it, because opening a pipe waits
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, notAFile(path)
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	if info, err = f.Stat(); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return &source{path, f, info}, nil
}

// notAFile is the error about what cannot be read twice, or at all by its size.
func notAFile(path string) error {
	return fmt.Errorf("%s is not a file with bytes that can be read twice; pipe it to \"bytepass put -\"", path)
}

// fingerprint reads the file to its end. The error is a *ChangedError when it is
// another one by then. What holds more or fewer bytes than its size says, as the
// files of /proc and /sys do, would be stored cut short: that is an error, too.
func (s *source) fingerprint(ctx context.Context, reading func(io.Reader) io.Reader) (fingerprint, error) {
	print, err := takeFingerprint(ctx, reading(io.NewSectionReader(s.file, 0, s.size())))
	if err != nil {
		return fingerprint{}, err
	}
	if err := s.check(); err != nil {
		return fingerprint{}, err
	}
	more, err := s.file.ReadAt(make([]byte, 1), s.size())
	if print.size != s.size() || more > 0 {
		return fingerprint{}, notAFile(s.path)
	}
	if !errors.Is(err, io.EOF) {
		return fingerprint{}, err
	}
	return print, nil
}

func (s *source) size() int64 { return s.info.Size() }

// check returns a *ChangedError if size, time or place of the file are others.
func (s *source) check() error {
	now, err := os.Stat(s.path)
	if err != nil || !os.SameFile(s.info, now) || now.Size() != s.info.Size() || !now.ModTime().Equal(s.info.ModTime()) {
		return &ChangedError{s.path}
	}
	return nil
}

// section returns a reader of a part that ends in a *ChangedError when its
// bytes do not have this CRC. progress is told of every piece.
func (s *source) section(offset, length int64, crc uint64, progress func(int64)) io.Reader {
	part := io.NewSectionReader(s.file, offset, length)
	var sum uint64
	var done int64
	return readFunc(func(p []byte) (int, error) {
		n, err := part.Read(p)
		sum = crc64nvme.Update(sum, p[:n])
		done += int64(n)
		progress(int64(n))
		switch {
		case done == length && sum != crc, err == io.EOF && done < length:
			return 0, &localError{&ChangedError{s.path}}
		case err != nil && err != io.EOF:
			return n, &localError{err}
		}
		return n, err
	})
}
