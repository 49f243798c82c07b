package transfer

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"sync"

	"github.com/minio/crc64nvme"
	"golang.org/x/sync/errgroup"

	"github.com/bytepass/bytepass/runtime/client"
)

// Part sizes of a stream in bytes: a stream may become as long as 10,000 parts
// allow, here 590 GiB, and short ones shall need little memory.
const (
	streamPart      = 16 << 20
	largeStreamPart = 64 << 20
	smallParts      = 1000 // parts before they become large
)

func streamPartSize(number int) int64 {
	if number > smallParts {
		return largeStreamPart
	}
	return streamPart
}

// stream is the sending of what can be read once.
type stream struct {
	*Engine
	put     Put
	started client.Started

	mu    sync.Mutex
	parts []client.Part
	sent  int64
}

// PutStream sends what r gives until its end, in parts as they come. Up to
// Large parts of 16 MiB are in memory (64 MiB from the thousandth on). When
// it fails nothing is stored, because the bytes cannot be read again. When ctx ends
// a Read of r that is under way is left alone, until it returns by itself; an end
// that comes when everything is stored is no error.
func (e *Engine) PutStream(ctx context.Context, r io.Reader, p Put) (Result, error) {
	started, err := e.API.Start(ctx, client.Upload{Key: p.Key, MimeType: p.MimeType, Overwrite: p.overwrite(), Metadata: p.Metadata})
	if err != nil {
		return Result{}, err
	}
	s := &stream{Engine: e, put: p, started: started}
	size, crc, err := s.pump(ctx, r)
	var done client.Completed
	if err == nil {
		done, err = s.complete(ctx, crc)
		if err != nil && ctx.Err() != nil {
			done, err = s.completeOrNot(ctx, crc, err)
		}
	}
	result := Result{Key: started.Key, Size: size, Sent: s.sent, VersionID: done.VersionID, ETag: done.ETag, Verified: "size"}
	if err != nil {
		return result, errors.Join(err, e.abort(ctx, started.Key, started.ID))
	}
	if s.checks() {
		result.Verified = "crc64nvme"
	}
	listed, err := e.settle(ctx, done)
	result.Unlisted = !listed
	if errors.As(err, new(*RejectedError)) {
		return result, err
	}
	return result, nil // what is stored stays so when ctx ends
}

// checks reports whether the store compares checksums.
func (s *stream) checks() bool { return s.started.Checksum == client.ChecksumCRC64NVME }

// pump reads the parts one after the other and sends them side by side. It
// returns the size of the whole and its CRC.
func (s *stream) pump(ctx context.Context, r io.Reader) (size int64, crc uint64, err error) {
	group, sending := errgroup.WithContext(ctx)
	free := sync.Pool{New: func() any { return new(bytes.Buffer) }}
	for number, last := 1, false; !last && sending.Err() == nil; number++ {
		release, err := s.acquire(sending, streamPart)
		if err != nil {
			break // the group or the context says why
		}
		buf := free.Get().(*bytes.Buffer)
		buf.Reset()
		want := streamPartSize(number)
		buf.Grow(int(want) + bytes.MinRead) // so that reading does not make it grow
		n, err := fill(sending, buf, io.LimitReader(r, want))
		if sending.Err() != nil {
			release()
			break // as above
		}
		last = n < want
		if err != nil || last && n == 0 && number > 1 {
			release()
			if err != nil {
				group.Go(func() error { return fmt.Errorf("reading the stream: %w", err) })
			}
			break
		}
		size += n
		sum := crc64nvme.Checksum(buf.Bytes())
		crc = combineCRC(crc, sum, n)
		group.Go(func() error {
			defer release()
			defer free.Put(buf)
			return s.send(sending, number, buf.Bytes(), encodeCRC(sum))
		})
	}
	if err := group.Wait(); err != nil {
		return size, 0, err
	}
	return size, crc, ctx.Err()
}

// fill reads r to its end into buf. When ctx ends it does not wait for r, which may
// give nothing for hours: buf is of no more use then.
func fill(ctx context.Context, buf *bytes.Buffer, r io.Reader) (n int64, err error) {
	done := make(chan struct{})
	var read int64
	var failed error
	go func() {
		defer close(done)
		read, failed = io.Copy(buf, r)
	}()
	select {
	case <-done:
		return read, failed
	case <-ctx.Done():
		return 0, ctx.Err()
	}
}

// send sends one part.
func (s *stream) send(ctx context.Context, number int, body []byte, crc string) error {
	wanted := client.WantedPart{Number: number, Size: new(int64)}
	*wanted.Size = int64(len(body))
	if s.checks() {
		wanted.ChecksumCRC64NVME = crc
	}
	var signed *client.SignedPart
	var stored answer
	err := s.persist(ctx, func() { signed = nil }, func() error {
		if signed == nil {
			batch, err := s.API.SignParts(ctx, s.started.Key, s.started.ID, []client.WantedPart{wanted})
			if err != nil {
				return client.Final(err)
			}
			if len(batch.Parts) != 1 {
				return errors.New("the service did not sign the part that was asked for")
			}
			signed = &batch.Parts[0]
		}
		n := &counter{progress: s.put.progress}
		reader := bytes.NewReader(body)
		var err error
		stored, err = s.Engine.send(ctx, signed.URL, signed.Headers, readFunc(func(p []byte) (int, error) {
			read, err := reader.Read(p)
			n.add(int64(read))
			return read, err
		}), int64(len(body)))
		s.mu.Lock()
		s.sent += n.Load()
		s.mu.Unlock()
		if err != nil {
			n.undo()
		}
		if errors.Is(err, errDigest) {
			return client.Temporary(err, 0)
		}
		return err
	})
	if err != nil {
		return fmt.Errorf("part %d: %w", number, err)
	}
	part := client.Part{Number: number, ETag: stored.etag}
	if s.checks() {
		part.ChecksumCRC64NVME = crc
	}
	s.mu.Lock()
	s.parts = append(s.parts, part)
	s.mu.Unlock()
	return nil
}
