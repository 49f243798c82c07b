package transfer

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"io"
	"sync"

	"github.com/minio/crc64nvme"
)

// block is the piece of a file whose CRC a fingerprint keeps, in bytes. Parts
// are whole numbers of MiB.
const block = 1 << 20

// fingerprint is what is known of a file's bytes.
type fingerprint struct {
	size   int64
	sha256 string   // base64
	blocks []uint64 // CRC64NVME of each block; the last may be shorter
}

// takeFingerprint reads r to its end. Both checksums are computed at once, on
// two processors if there are.
func takeFingerprint(ctx context.Context, r io.Reader) (fingerprint, error) {
	var f fingerprint
	whole := sha256.New()
	buf := make([]byte, block)
	for {
		if err := ctx.Err(); err != nil {
			return fingerprint{}, err
		}
		n, err := io.ReadFull(r, buf)
		if n > 0 {
			var both sync.WaitGroup
			both.Go(func() { whole.Write(buf[:n]) })
			f.blocks = append(f.blocks, crc64nvme.Checksum(buf[:n]))
			both.Wait()
			f.size += int64(n)
		}
		if err == io.EOF || err == io.ErrUnexpectedEOF {
			break
		}
		if err != nil {
			return fingerprint{}, err
		}
	}
	f.sha256 = base64.StdEncoding.EncodeToString(whole.Sum(nil))
	return f, nil
}

// crc returns the CRC64NVME of length bytes from offset, which is that of a
// block; the range ends with a block or with the file.
func (f fingerprint) crc(offset, length int64) uint64 {
	var sum uint64
	shift := shiftCRC(block)
	for i := offset / block; length > 0; i++ {
		n := min(block, length)
		if n == block {
			sum = multiply(shift, sum) ^ f.blocks[i]
		} else {
			sum = combineCRC(sum, f.blocks[i], n)
		}
		length -= n
	}
	return sum
}

// whole returns the CRC64NVME of the file.
func (f fingerprint) whole() uint64 { return f.crc(0, f.size) }
