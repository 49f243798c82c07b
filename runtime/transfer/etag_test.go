package transfer

import "testing"

// The ETags are those of zeros, as Python's hashlib computes them:
// md5(md5(part 1) + md5(part 2) + …).
func TestETag(t *testing.T) {
	const mib = 1 << 20
	for _, tc := range []struct {
		size int
		of   string // what is known of the ETag: its shape
		want string // empty if nobody can tell how it was made
	}{
		{0, "00000000000000000000000000000000", "d41d8cd98f00b204e9800998ecf8427e"},
		{5, "00000000000000000000000000000000", "ca9c491ac66b2c62500882e93f3719a8"},
		{20*mib + 1, "00000000000000000000000000000000-3", "ec9aed6defcb548afc6660aca899e5e5-3"},
		{20 * mib, "00000000000000000000000000000000-2", "ebf97f8d4c26bb3f5f085ef95a90d3aa-2"},
		{20 * mib, "00000000000000000000000000000000-4", "0cdaffc8e69cab00470bf84bc31f305b-4"},
		{20 * mib, "00000000000000000000000000000000-7", ""},
		{5, "opaque", ""},
	} {
		h := newETag(tc.of, int64(tc.size))
		if h == nil {
			if tc.want != "" {
				t.Errorf("%d bytes with an ETag like %s: nobody knows how it is made", tc.size, tc.of)
			}
			continue
		}
		const step = 777_777
		content := make([]byte, tc.size)
		for ; len(content) > step; content = content[step:] {
			_, _ = h.Write(content[:step])
		}
		_, _ = h.Write(content)
		if got := h.String(); got != tc.want {
			t.Errorf("%d bytes with an ETag like %s have the ETag %s, want %s", tc.size, tc.of, got, tc.want)
		}
	}
}
