package sign

import (
	"crypto/sha256"
	"encoding/binary"
)

// encodeHex writes sum to out in lower-case hex. A signature needs it twice, so
// it takes eight digits at a time, where package encoding/hex takes one.
func encodeHex(out *[2 * sha256.Size]byte, sum *[sha256.Size]byte) {
	const each = 0x0101010101010101 // times a byte: that byte in all eight
	for i := 0; i < len(sum); i += 4 {
		// A digit in each byte, in their order.
		x := uint64(binary.BigEndian.Uint32(sum[i:]))
		x = (x | x<<16) & 0x0000ffff0000ffff
		x = (x | x<<8) & 0x00ff00ff00ff00ff
		x = (x | x<<4) & (0x0f * each)
		// 6 more than a digit reach the next four bits if it is a letter.
		letters := (x + 6*each) >> 4 & each
		binary.BigEndian.PutUint64(out[2*i:], x+'0'*each+('a'-10-'0')*letters)
	}
}
