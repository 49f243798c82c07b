package transfer

import (
	"crypto/md5" //nolint:gosec // it is what an ETag is made of, no proof
	"encoding/hex"
	"fmt"
	"hash"
	"strconv"
	"strings"
)

// partSizes are the sizes of parts, in bytes, that the clients of a deployment
// use for a file of this size: this command and the browser's, and Uppy.
func partSizes(size int64) []int64 {
	const mib, mostParts = 1 << 20, 10_000
	perPart := (size + mostParts - 1) / mostParts
	return []int64{max(10*mib, (perPart+mib-1)/mib*mib), 5 * mib}
}

// newETag returns the hash whose sum is the ETag of a file, or nil if nobody
// can tell how it was made. An ETag is the MD5 of the file, or, followed by "-"
// and the number of parts, the MD5 of the MD5s of its parts
// (https://docs.aws.amazon.com/AmazonS3/latest/API/API_Object.html).
func newETag(etag string, size int64) *etagHash {
	sum, parts, inParts := strings.Cut(etag, "-")
	if len(sum) != hex.EncodedLen(md5.Size) {
		return nil
	}
	if !inParts {
		return &etagHash{part: md5.New()} //nolint:gosec // see above
	}
	for _, partSize := range partSizes(size) {
		if count := max(1, (size+partSize-1)/partSize); strconv.FormatInt(count, 10) == parts {
			return &etagHash{part: md5.New(), partSize: partSize} //nolint:gosec // see above
		}
	}
	return nil
}

// etagHash computes an ETag.
type etagHash struct {
	part     hash.Hash // of the part under way
	partSize int64     // 0 is one in one piece
	filled   int64     // bytes of the part under way
	sums     []byte    // of the parts before it
}

// Write takes the next bytes.
func (h *etagHash) Write(p []byte) (int, error) {
	n := len(p)
	for h.partSize > 0 && h.filled+int64(len(p)) >= h.partSize {
		rest := h.partSize - h.filled
		h.part.Write(p[:rest])
		h.endPart()
		p = p[rest:]
	}
	h.filled += int64(len(p))
	h.part.Write(p)
	return n, nil
}

func (h *etagHash) endPart() {
	h.sums = h.part.Sum(h.sums)
	h.part.Reset()
	h.filled = 0
}

// String returns the ETag of what was written; nothing can be written any more.
func (h *etagHash) String() string {
	if h.partSize == 0 {
		return hex.EncodeToString(h.part.Sum(nil))
	}
	if h.filled > 0 || len(h.sums) == 0 {
		h.endPart()
	}
	whole := md5.Sum(h.sums) //nolint:gosec // see above
	return fmt.Sprintf("%x-%d", whole, len(h.sums)/md5.Size)
}
