package transfer

import (
	"crypto/md5" //nolint:gosec // it is what an ETag is made of, no proof
	"encoding/hex"
	"fmt"
	"hash"
	"strconv"
	"strings"
)

// cut is how a client cuts files: the length of each part but the last, by its
// number, in bytes.
type cut func(number int) int64

// cuts are those that the clients of a deployment use for a file of this size:
// this command and the browser's, Uppy, this command for standard input, and
// whoever follows the plan of an upload without a size.
func cuts(size int64) []cut {
	const mib, mostParts = 1 << 20, 10_000
	perPart := (size + mostParts - 1) / mostParts
	all := []cut{}
	for _, length := range []int64{max(10*mib, (perPart+mib-1)/mib*mib), max(5*mib, perPart), 64 * mib} {
		all = append(all, func(int) int64 { return length })
	}
	return append(all, streamPartSize)
}

// count returns into how many parts a file is cut.
func (c cut) count(size int64) int {
	number := 1
	for size -= c(number); size > 0; size -= c(number) {
		number++
	}
	return number
}

// etagCheck tells whether bytes have an ETag. That is the MD5 of the file, or,
// followed by "-" and the number of parts, the MD5 of the MD5s of its parts
// (https://docs.aws.amazon.com/AmazonS3/latest/API/API_Object.html), of which
// nobody says how long they are: so it tries all that may have been meant.
type etagCheck struct {
	want string
	sums []*etagHash
}

// newETag returns the check of an ETag, or nil if nobody can tell how it was made.
func newETag(etag string, size int64) *etagCheck {
	sum, parts, inParts := strings.Cut(etag, "-")
	if len(sum) != hex.EncodedLen(md5.Size) {
		return nil
	}
	c := &etagCheck{want: etag}
	if !inParts {
		c.sums = []*etagHash{newETagHash(nil)}
		return c
	}
	for _, cut := range cuts(size) {
		if n := cut.count(size); strconv.Itoa(n) == parts {
			c.sums = append(c.sums, newETagHash(cut))
			if n == 1 {
				break // the others are the same
			}
		}
	}
	if len(c.sums) == 0 {
		return nil
	}
	return c
}

// Write takes the next bytes.
func (c *etagCheck) Write(p []byte) (int, error) {
	for _, sum := range c.sums {
		sum.write(p)
	}
	return len(p), nil
}

// matches reports whether what was written has the ETag; nothing can be written
// any more.
func (c *etagCheck) matches() bool {
	for _, sum := range c.sums {
		if sum.etag() == c.want {
			return true
		}
	}
	return false
}

// etagHash computes the ETag of a file in parts, or in one piece without a cut.
type etagHash struct {
	cut  cut
	part hash.Hash // of the part under way
	left int64     // of the part under way, in bytes
	sums []byte    // of the parts before it
}

func newETagHash(c cut) *etagHash {
	h := &etagHash{cut: c, part: md5.New()} //nolint:gosec // see above
	if c != nil {
		h.left = c(1)
	}
	return h
}

func (h *etagHash) write(p []byte) {
	for h.cut != nil && int64(len(p)) >= h.left {
		h.part.Write(p[:h.left])
		p = p[h.left:]
		h.endPart()
	}
	h.left -= int64(len(p))
	h.part.Write(p)
}

func (h *etagHash) endPart() {
	h.sums = h.part.Sum(h.sums)
	h.part.Reset()
	h.left = h.cut(h.parts() + 1)
}

func (h *etagHash) parts() int { return len(h.sums) / md5.Size }

func (h *etagHash) etag() string {
	if h.cut == nil {
		return hex.EncodeToString(h.part.Sum(nil))
	}
	if h.left < h.cut(h.parts()+1) || h.parts() == 0 {
		h.endPart()
	}
	whole := md5.Sum(h.sums) //nolint:gosec // see above
	return fmt.Sprintf("%x-%d", whole, h.parts())
}
