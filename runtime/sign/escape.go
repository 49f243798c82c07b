package sign

// Percent-encoding as SigV4 wants it ("UriEncode" in the documentation):
// letters, digits, '-', '.', '_' and '~' stand for themselves, every other
// byte is '%' and two upper-case hex digits, and '/' is kept in an object key
// and encoded elsewhere. S3 encodes once; the other services encode the path
// twice.
// https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html

// charset marks the bytes that stand for themselves.
type charset [256]bool

// Two constant tables: what stays in a query, and what stays in a path.
var (
	unreserved = newCharset("")
	pathBytes  = newCharset("/")
)

func newCharset(more string) (set charset) {
	const always = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~"
	for _, c := range []byte(always + more) {
		set[c] = true
	}
	return set
}

// appendEscaped appends s to b, with every byte outside of keep encoded.
func appendEscaped[T string | []byte](b []byte, s T, keep *charset) []byte {
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

// escaped returns s as it stands in a query.
func escaped(s string) string { return string(appendEscaped(nil, s, &unreserved)) }
