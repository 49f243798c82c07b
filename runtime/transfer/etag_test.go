package transfer

import (
	"bytes"
	"crypto/md5" //nolint:gosec // ETags are made of it
	"fmt"
	"testing"
)

// The ETags are those of zeros, as Python's hashlib computes them:
// md5(md5(part 1) + md5(part 2) + …).
func TestETag(t *testing.T) {
	const mib = 1 << 20
	for _, tc := range []struct {
		size int
		etag string
		want bool
	}{
		{0, "d41d8cd98f00b204e9800998ecf8427e", true},
		{5, "ca9c491ac66b2c62500882e93f3719a8", true},
		{6, "ca9c491ac66b2c62500882e93f3719a8", false},
		{20*mib + 1, "ec9aed6defcb548afc6660aca899e5e5-3", true},  // of 10 MiB
		{20*mib + 1, "ec9aed6defcb548afc6660aca899e5e6-3", false}, // nearly
		{20 * mib, "ebf97f8d4c26bb3f5f085ef95a90d3aa-2", true},
		{20 * mib, "0cdaffc8e69cab00470bf84bc31f305b-4", true}, // of 5 MiB
		{20 * mib, "0cdaffc8e69cab00470bf84bc31f305b-3", false},
	} {
		if check := newETag(tc.etag, int64(tc.size)); (check != nil && zeros(check, tc.size)) != tc.want {
			t.Errorf("%d bytes have the ETag %s: %v", tc.size, tc.etag, !tc.want)
		}
	}
	for size, etag := range map[int64]string{20 * mib: "00000000000000000000000000000000-7", 5: "opaque"} {
		if newETag(etag, size) != nil {
			t.Errorf("nobody can tell how %s was made", etag)
		}
	}
}

// zeros writes so many of them in uneven pieces.
func zeros(check *etagCheck, size int) bool {
	const step = 777_777
	content := make([]byte, size)
	for ; len(content) > step; content = content[step:] {
		_, _ = check.Write(content[:step]) // never fails
	}
	_, _ = check.Write(content)
	return check.matches()
}

// TestETagOfAStream: what came from standard input went in other parts, of which
// there may be as many as of a file.
func TestETagOfAStream(t *testing.T) {
	for _, size := range []int64{1, streamPart, streamPart + 1, 19_000_000, 2 * streamPart, 3*streamPart - 1} {
		content := bytes.Repeat([]byte("uneven "), int(size)/7+1)[:size]
		var sums []byte
		parts := 0
		for rest := content; len(rest) > 0; parts++ {
			n := min(streamPart, len(rest))
			sum := md5.Sum(rest[:n]) //nolint:gosec // see above
			sums, rest = append(sums, sum[:]...), rest[n:]
		}
		etag := fmt.Sprintf("%x-%d", md5.Sum(sums), parts) //nolint:gosec // see above
		check := newETag(etag, size)
		if check == nil {
			t.Fatalf("%d bytes: nobody can tell", size)
		}
		_, _ = check.Write(content) // never fails
		if !check.matches() {
			t.Errorf("%d bytes in %d parts are not recognised", size, parts)
		}
	}
	if n := cut(streamPartSize).count(smallParts*streamPart + largeStreamPart + 1); n != smallParts+2 {
		t.Errorf("a long stream has %d parts", n)
	}
}
