package transfer

import (
	"context"
	"crypto/md5" //nolint:gosec // see send
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"

	"github.com/bytepass/bytepass/runtime/client"
)

// send sends one part.
func (u *parts) send(ctx context.Context, number int) error {
	if err := u.source.check(); err != nil {
		return err
	}
	offset, length := u.piece(number)
	crc := u.print.crc(offset, length)
	var stored answer
	var sum hash.Hash
	err := u.persist(ctx, func() { u.urls.drop(number) }, func() error {
		signed, err := u.urls.get(ctx, number)
		if err != nil {
			return err
		}
		n := &counter{progress: u.put.progress}
		body := u.source.section(offset, length, crc, n.add)
		if !u.checksum {
			sum = md5.New() //nolint:gosec // it is what an ETag is made of, no proof
			body = io.TeeReader(body, sum)
		}
		stored, err = u.Engine.send(ctx, signed.URL, signed.Headers, body, length)
		u.mu.Lock()
		u.sent += n.Load()
		u.mu.Unlock()
		if err != nil {
			n.undo()
		}
		if errors.Is(err, errDigest) {
			return client.Temporary(err, 0)
		}
		return err
	})
	if err != nil {
		return fmt.Errorf("part %d of %d: %w", number, u.plan.PartCount, err)
	}
	part := client.Part{Number: number, ETag: stored.etag}
	if u.checksum {
		part.ChecksumCRC64NVME = encodeCRC(crc)
	}
	u.mu.Lock()
	defer u.mu.Unlock()
	u.done[number] = part
	if sum != nil && hex.EncodeToString(sum.Sum(nil)) == stored.etag {
		u.same[number] = true
	}
	return nil
}
