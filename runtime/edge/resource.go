package edge

import (
	"errors"

	"github.com/bytepass/bytepass/runtime/files"
)

// The query parameters that the distribution's cache key holds: exactly these.
const (
	paramVersion     = "versionId"
	paramDisposition = "response-content-disposition"
)

// ResourceURL returns the URL of d at the edge without a signature: what a
// policy names. It is ASCII and holds no character that is a wildcard in a
// policy, but for the "?" that begins the query. d's CacheControl and MimeType
// are not part of it: they would split the cache, and the distribution's
// response headers policy speaks for them.
//
// The error says that d has no object key.
func ResourceURL(domain string, d files.Download) (string, error) {
	b, err := appendResource(nil, domain, d)
	return string(b), err
}

func appendResource(b []byte, domain string, d files.Download) ([]byte, error) {
	if d.ObjectKey == "" {
		return nil, errors.New("edge: the download has no object key")
	}
	b = append(b, "https://"...)
	b = append(b, domain...)
	b = append(b, '/')
	b = appendEscaped(b, d.ObjectKey, &pathBytes)
	separator := byte('?')
	for _, p := range [...]struct{ name, value string }{
		{paramVersion, d.VersionID},
		{paramDisposition, d.Disposition},
	} {
		if p.value == "" {
			continue
		}
		b = append(b, separator)
		b = append(b, p.name...)
		b = append(b, '=')
		b = appendEscaped(b, p.value, &queryBytes)
		separator = '&'
	}
	return b, nil
}

// charset marks the bytes that stand for themselves in a URL.
type charset [256]bool

// Two constant tables: the unreserved characters of RFC 3986 (section 2.3),
// and those with the slash that a path keeps.
var (
	queryBytes = newCharset("")
	pathBytes  = newCharset("/")
)

func newCharset(more string) (set charset) {
	const unreserved = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~"
	for _, c := range []byte(unreserved + more) {
		set[c] = true
	}
	return set
}

// appendEscaped appends s to b, every byte outside of keep percent-encoded.
func appendEscaped(b []byte, s string, keep *charset) []byte {
	const upperhex = "0123456789ABCDEF"
	done := 0
	for i := range len(s) {
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
