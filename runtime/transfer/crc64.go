package transfer

import (
	"encoding/base64"
	"encoding/binary"
	"io"

	"github.com/minio/crc64nvme"
)

// nvmePolynomial is that of CRC64NVME, reflected: NVM Express NVM Command Set
// Specification 1.1, section 5.2.1.3.4.
const nvmePolynomial = 0x9a6c9329ac4bc9b5

// combineCRC returns the CRC of two pieces one after the other, by the CRC of
// each and the length of the second: the first is multiplied by x^(8·length)
// modulo the polynomial.
func combineCRC(first, second uint64, length int64) uint64 {
	return multiply(shiftCRC(length), first) ^ second
}

// shiftCRC returns x^(8·bytes) modulo the polynomial; bit 63 is x^0.
func shiftCRC(bytes int64) uint64 {
	result, square := uint64(1)<<63, uint64(1)<<55
	for ; bytes > 0; bytes >>= 1 {
		if bytes&1 != 0 {
			result = multiply(square, result)
		}
		square = multiply(square, square)
	}
	return result
}

// multiply returns the product of two reflected polynomials over GF(2), modulo
// that of CRC64NVME.
func multiply(a, b uint64) uint64 {
	var product uint64
	for bit := uint64(1) << 63; bit != 0; bit >>= 1 {
		if a&bit != 0 {
			product ^= b
		}
		carry := b & 1
		b >>= 1
		if carry != 0 {
			b ^= nvmePolynomial
		}
	}
	return product
}

// encodeCRC writes a CRC as S3 does: base64 of its 8 bytes, big-endian.
func encodeCRC(crc uint64) string {
	var b [8]byte
	binary.BigEndian.PutUint64(b[:], crc)
	return base64.StdEncoding.EncodeToString(b[:])
}

// hasPrefixCRC reports whether a CRC, in base64, is that of some beginning of r.
func hasPrefixCRC(r io.Reader, encoded string) (bool, error) {
	raw, err := base64.StdEncoding.DecodeString(encoded)
	if err != nil || len(raw) != crc64nvme.Size {
		return false, nil //nolint:nilerr // no beginning has it
	}
	crc, sum := binary.BigEndian.Uint64(raw), uint64(0)
	buf := make([]byte, 64<<10)
	for sum != crc {
		n, err := r.Read(buf)
		for i := 0; i < n && sum != crc; i++ {
			sum = crc64nvme.Update(sum, buf[i:i+1])
		}
		if err == io.EOF {
			break
		}
		if err != nil {
			return false, err
		}
	}
	return sum == crc, nil
}
