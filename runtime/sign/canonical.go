package sign

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"strconv"
	"strings"

	"github.com/bytepass/bytepass/runtime/percent"
)

// reservedPrefix begins the names of the signature's own query parameters.
const reservedPrefix = "X-Amz-"

// canonical collects what a canonical request is written from
// (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html),
// and is the memory that a signature works in: one is used again and again.
// It takes parameters and headers in their canonical order.
type canonical struct {
	before []byte // "name=value&" of the parameters that sort before the signature's own
	after  []byte // "&name=value" of those that sort after them
	lines  []byte // "name:value\n" of each header
	names  []byte // ";name" of each header
	err    error  // the first thing that cannot be signed

	object []byte // an object key
	buf    []byte // the canonical request, later the URL
	sum    [sha256.Size]byte
	hex    [2 * sha256.Size]byte // of sum
	digest resumable

	// The names of the last request, and how they stand in a query. Requests of
	// one kind have the same.
	lastNames, lastQuery []byte
}

func newCanonical() any { return &canonical{digest: newDigest()} }

func (c *canonical) reset() {
	c.before, c.after, c.lines, c.names = c.before[:0], c.after[:0], c.lines[:0], c.names[:0]
	c.err = nil
}

// param adds a query parameter, escaped here.
func (c *canonical) param(name, value string) {
	switch order := compareReserved(name); {
	case name == "":
		c.fail("sign: a query parameter has no name")
	case order == 0:
		c.fail("sign: the query parameter %q is the signature's own; take it out", name)
	case order < 0:
		c.before = append(appendParam(c.before, name, value), '&')
	default:
		c.after = appendParam(append(c.after, '&'), name, value)
	}
}

// compareReserved returns 0 if name begins with reservedPrefix, and otherwise
// how it compares with that once it is escaped.
func compareReserved(name string) int {
	for i := range len(reservedPrefix) {
		if i == len(name) {
			return -1
		}
		b := name[i]
		if !percent.Query[b] {
			b = '%'
		}
		if b != reservedPrefix[i] {
			return int(b) - int(reservedPrefix[i])
		}
	}
	return 0
}

func appendParam(b []byte, name, value string) []byte {
	b = append(percent.Append(b, name, &percent.Query), '=')
	return percent.Append(b, value, &percent.Query)
}

// header adds a signed header; name is in lower case and valid.
func (c *canonical) header(name, value string) {
	value, ok := signedValue(value)
	if !ok {
		c.fail("sign: the value of header %s has bytes outside of printable ASCII, which stores read differently; encode it", name)
	}
	c.headerName(name)
	c.lines = append(c.lines, value...)
	c.lines = append(c.lines, '\n')
}

// length adds the header content-length.
func (c *canonical) length(n int64) {
	c.headerName("content-length")
	c.lines = strconv.AppendInt(c.lines, n, 10)
	c.lines = append(c.lines, '\n')
}

// host adds the header host, whose line is known beforehand.
func (c *canonical) host(line string) {
	c.lines = append(c.lines, line...)
	c.names = append(c.names, ";host"...)
}

// headerName begins the line of a header. One append a statement, here and
// above, stores no pointer where nothing grows; nested ones would, each with a
// write barrier while the collector runs.
func (c *canonical) headerName(name string) {
	c.lines = append(c.lines, name...)
	c.lines = append(c.lines, ':')
	c.names = append(c.names, ';')
	c.names = append(c.names, name...)
}

// signedHeaders returns the names as they stand in a query.
func (c *canonical) signedHeaders() []byte {
	if !bytes.Equal(c.names, c.lastNames) {
		c.lastNames = append(c.lastNames[:0], c.names...)
		c.lastQuery = percent.Append(c.lastQuery[:0], c.names[len(";"):], &percent.Query)
	}
	return c.lastQuery
}

// sign leaves in c.hex the HMAC-SHA-256 of the message that begins with what
// state inner stands for and goes on with rest.
func (c *canonical) sign(k *dayKey, inner, rest []byte) {
	resume(c.digest, inner)
	c.digest.Write(rest)
	c.digest.Sum(c.sum[:0])
	resume(c.digest, k.outer)
	c.digest.Write(c.sum[:])
	c.digest.Sum(c.sum[:0])
	encodeHex(&c.hex, &c.sum)
}

func (c *canonical) fail(format string, args ...any) {
	if c.err == nil {
		c.err = fmt.Errorf(format, args...)
	}
}

// signedValue returns a header's value as it is signed: without spaces around
// it and without every space that follows another one. ok is false if it is
// not printable ASCII.
func signedValue(s string) (signed string, ok bool) {
	spaces, last := false, byte(' ')
	for i := range len(s) {
		if s[i] < ' ' || s[i] > '~' {
			return "", false
		}
		spaces = spaces || s[i] == ' ' && last == ' '
		last = s[i]
	}
	if !spaces && (s == "" || last != ' ') {
		return s, true
	}
	s = strings.Trim(s, " ")
	for strings.Contains(s, "  ") {
		s = strings.ReplaceAll(s, "  ", " ")
	}
	return s, true
}
