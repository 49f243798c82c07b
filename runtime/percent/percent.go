// Package percent is the percent-encoding of signed URLs. Both signers write
// their URLs with it byte for byte, because what is signed is what is sent:
// letters, digits, '-', '.', '_' and '~' (the unreserved characters of RFC 3986,
// section 2.3) stand for themselves, every other byte is '%' and two upper-case
// hex digits. SigV4 calls it UriEncode
// (https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html);
// it encodes more than net/url does.
package percent

// Set marks the bytes that stand for themselves.
type Set [256]bool

// Two constant tables: what stays in a query, and what stays in a path, which
// keeps its slashes.
var (
	Query = newSet("")
	Path  = newSet("/")
)

func newSet(more string) (set Set) {
	const unreserved = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~"
	for _, c := range []byte(unreserved + more) {
		set[c] = true
	}
	return set
}

// Append appends s to b, with every byte outside of keep encoded, and returns
// the extended slice. It allocates nothing beyond what b lacks.
func Append[T string | []byte](b []byte, s T, keep *Set) []byte {
	const upperhex = "0123456789ABCDEF"
	done := 0
	for i := 0; i < len(s); i++ {
		c := s[i]
		if keep[c] {
			continue
		}
		b = append(b, s[done:i]...)
		b = append(b, '%', upperhex[c>>4], upperhex[c&15])
		done = i + 1
	}
	return append(b, s[done:]...)
}

// Encode returns s as it stands in a query.
func Encode(s string) string { return string(Append(nil, s, &Query)) }
