package files

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// MaxObjectKey is the largest object key of S3 in bytes of UTF-8
// (https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-keys.html).
const MaxObjectKey = 1024

// Key is a caller's key: a path inside a space, such as "photos/2026/a.jpg".
// A Key made by ParseKey is UTF-8 in NFC, not empty, and has no empty, "." or
// ".." segment, no control character, and neither U+FFFE nor U+FFFF, which the
// XML of S3's listings cannot carry.
type Key string

// ParseKey normalises s to NFC and checks it. The error is a *Problem with
// CodeInvalidKey and the field "key" that names the rule that s breaks.
// Whether the object key fits S3 depends on the space: see Space.ObjectKey.
func ParseKey(s string) (Key, error) {
	bad := func(format string, args ...any) (Key, error) {
		return "", Problemf(CodeInvalidKey, "key", format, args...)
	}
	if s == "" {
		return bad("the key is empty; send a path such as photos/a.jpg")
	}
	if !utf8.ValidString(s) {
		return bad("the key is not valid UTF-8")
	}
	if len(s) > 4*MaxObjectKey {
		return bad("the key has %d bytes; an object key has at most %d", len(s), MaxObjectKey)
	}
	s = norm.NFC.String(s)
	for _, r := range s {
		if unicode.IsControl(r) {
			return bad("the key contains the control character %U", r)
		}
		if r == '\uFFFE' || r == '\uFFFF' {
			return bad("the key contains %U, which is not a character", r)
		}
	}
	for _, segment := range strings.Split(s, "/") {
		switch segment {
		case "":
			return bad("the key has an empty segment; it must not begin or end with a slash, or have two in a row")
		case ".", "..":
			return bad("the key has the segment %q, which is not a name", segment)
		}
	}
	return Key(s), nil
}

// ParsePrefix normalises and checks a prefix of keys, as list requests send
// it. An empty prefix is valid; a trailing slash is too. The error is a
// *Problem with CodeInvalidField and the field "prefix".
func ParsePrefix(s string) (string, error) {
	if !utf8.ValidString(s) {
		return "", Problemf(CodeInvalidField, "prefix", "the prefix is not valid UTF-8")
	}
	if len(s) > 4*MaxObjectKey {
		return "", Problemf(CodeInvalidField, "prefix", "the prefix has %d bytes; a key has at most %d", len(s), MaxObjectKey)
	}
	for _, r := range s {
		if unicode.IsControl(r) {
			return "", Problemf(CodeInvalidField, "prefix", "the prefix contains the control character %U", r)
		}
	}
	return norm.NFC.String(s), nil
}

// Name returns the last segment of the key.
func (k Key) Name() string {
	return string(k[strings.LastIndexByte(string(k), '/')+1:])
}

// Segments returns the segments of the key, in order.
func (k Key) Segments() []string { return strings.Split(string(k), "/") }

// Ancestors returns the keys of the folders that hold k, outermost first:
// "a/b/c" gives "a" and "a/b".
func (k Key) Ancestors() []Key {
	var up []Key
	for i := range len(k) {
		if k[i] == '/' {
			up = append(up, k[:i])
		}
	}
	return up
}
