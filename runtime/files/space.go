package files

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"
)

// maxSegment bounds the owner's segment of an object key in bytes.
const maxSegment = 128

// Space is whose files are meant: a person's or a group's. The zero Space is
// none. Spaces are comparable.
type Space struct {
	segment string // "u/<escaped owner>" or "g/<escaped group>"
}

// Person returns the space of an owner, as the verified token names him.
func Person(owner string) (Space, error) { return newSpace("u/", "owner", owner) }

// Group returns the space of a group.
func Group(name string) (Space, error) { return newSpace("g/", "group", name) }

func newSpace(kind, what, id string) (Space, error) {
	if id == "" {
		return Space{}, Problemf(CodeForbidden, "", "the token names no %s", what)
	}
	return Space{segment: kind + escapeSegment(id)}, nil
}

// ParseSpace reads what String wrote. The error is a *Problem with CodeInvalid.
func ParseSpace(s string) (Space, error) {
	kind, segment, ok := strings.Cut(s, "/")
	if !ok || (kind != "u" && kind != "g") || segment == "" || len(segment) > maxSegment || !canonicalSegment(segment) {
		return Space{}, Problemf(CodeInvalid, "space", "%q is not a space; write u/<owner> or g/<group>", s)
	}
	return Space{segment: s}, nil
}

// String returns the first two segments of the space's object keys, such as
// "u/alice": URL-safe ASCII, injective, at most 130 bytes.
func (s Space) String() string { return s.segment }

// IsZero reports whether s is no space.
func (s Space) IsZero() bool { return s.segment == "" }

// IsGroup reports whether s is a group's space.
func (s Space) IsGroup() bool { return strings.HasPrefix(s.segment, "g/") }

// ID returns the owner or group that the space belongs to, unescaped. An id too
// long to be kept in full is returned as its segment (see escapeSegment).
func (s Space) ID() string {
	if s.IsZero() {
		return ""
	}
	segment := s.segment[2:]
	if id, ok := unescapeSegment(segment); ok {
		return id
	}
	return segment
}

// Prefix returns what all object keys of the space begin with: "u/alice/".
func (s Space) Prefix() string { return s.segment + "/" }

// ObjectKey returns the object key of k in the space. This layout is for ever.
// The error is a *Problem with CodeInvalidKey when the object key is over
// MaxObjectKey bytes.
func (s Space) ObjectKey(k Key) (string, error) {
	if err := s.fits(k); err != nil {
		return "", err
	}
	return s.segment + "/" + string(k), nil
}

// AppendObjectKey appends ObjectKey to b, for those who count allocations.
func (s Space) AppendObjectKey(b []byte, k Key) ([]byte, error) {
	if err := s.fits(k); err != nil {
		return b, err
	}
	return append(append(append(b, s.segment...), '/'), k...), nil
}

func (s Space) fits(k Key) error {
	if size := len(s.segment) + 1 + len(k); size > MaxObjectKey {
		return Problemf(CodeInvalidKey, "key", "the object key has %d bytes, at most %d are possible; shorten the key by %d bytes", size, MaxObjectKey, size-MaxObjectKey)
	}
	return nil
}

// SplitObjectKey takes an object key apart. ok is false for an object that
// Bytepass did not name: such objects are none of its business.
func SplitObjectKey(object string) (space Space, key Key, ok bool) {
	i := strings.IndexByte(object, '/')
	if i < 0 {
		return Space{}, "", false
	}
	j := strings.IndexByte(object[i+1:], '/')
	if j < 0 {
		return Space{}, "", false
	}
	space, err := ParseSpace(object[:i+1+j])
	if err != nil {
		return Space{}, "", false
	}
	key, err = ParseKey(object[i+1+j+1:])
	if err != nil || string(key) != object[i+1+j+1:] || len(object) > MaxObjectKey {
		return Space{}, "", false
	}
	return space, key, true
}

const upperhex = "0123456789ABCDEF"

func plainByte(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || c == '-' || c == '_'
}

// escapeSegment writes id as one segment of URL-safe characters: letters,
// digits, "-", "_" and, but for the first place, "." stand for themselves,
// every other byte is "~" and two hex digits. An id whose escaped form is over
// maxSegment bytes is written as "~h" and its SHA-256 in hex, which no escaped
// id can look like; so the mapping is injective as far as SHA-256 is.
func escapeSegment(id string) string {
	var b strings.Builder
	for i := range len(id) {
		c := id[i]
		if plainByte(c) || c == '.' && i > 0 {
			b.WriteByte(c)
			continue
		}
		b.WriteByte('~')
		b.WriteByte(upperhex[c>>4])
		b.WriteByte(upperhex[c&15])
	}
	if b.Len() > maxSegment {
		sum := sha256.Sum256([]byte(id))
		return "~h" + hex.EncodeToString(sum[:])
	}
	return b.String()
}

// unescapeSegment is the inverse of escapeSegment; ok is false for a hashed id
// and for anything that escapeSegment does not write.
func unescapeSegment(s string) (id string, ok bool) {
	b := make([]byte, 0, len(s))
	for i := 0; i < len(s); i++ {
		if s[i] != '~' {
			b = append(b, s[i])
			continue
		}
		if i+2 >= len(s) {
			return "", false
		}
		hi, lo := strings.IndexByte(upperhex, s[i+1]), strings.IndexByte(upperhex, s[i+2])
		if hi < 0 || lo < 0 {
			return "", false
		}
		b = append(b, byte(hi<<4|lo))
		i += 2
	}
	return string(b), escapeSegment(string(b)) == s
}

func canonicalSegment(s string) bool {
	if _, ok := unescapeSegment(s); ok {
		return true
	}
	sum, ok := strings.CutPrefix(s, "~h")
	if !ok || len(sum) != 2*sha256.Size {
		return false
	}
	raw, err := hex.DecodeString(sum)
	return err == nil && hex.EncodeToString(raw) == sum
}
