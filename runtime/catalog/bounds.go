package catalog

import (
	"strings"
	"unicode/utf8"

	"github.com/bytepass/bytepass/runtime/files"
)

// MaxLimit is the largest page.
const MaxLimit = 1000

// Bounds are the keys that a Query asks for, as every engine can compare them:
// one range in byte order.
type Bounds struct {
	Low   string // keys greater than this, or equal to it unless After is set
	After bool
	High  string // keys less than this; empty sets no bound
	None  bool   // no key can match: there is nothing to ask for
}

// Bounds checks q and says which keys it asks for. No bound is longer than
// files.MaxObjectKey bytes, and unless None is set, Low is less than High. The
// error is a *files.Problem on the field "limit", "prefix" or "cursor", since
// that is where the values of a query come from, or with CodeInternal when the
// space or the view is none.
func (q Query) Bounds() (Bounds, error) {
	switch {
	case q.Space.IsZero():
		return Bounds{}, files.Problemf(files.CodeInternal, "", "the query names no space")
	case q.View != Stored && q.View != Trash && q.View != Rejected:
		return Bounds{}, files.Problemf(files.CodeInternal, "", "%q is not a view", q.View)
	case q.Limit < 1 || q.Limit > MaxLimit:
		return Bounds{}, files.Problemf(files.CodeInvalidLimit, "limit", "the limit is %d; send 1 to %d", q.Limit, MaxLimit)
	case !utf8.ValidString(q.Prefix):
		return Bounds{}, files.Problemf(files.CodeInvalidField, "prefix", "the prefix is not valid UTF-8")
	case !utf8.ValidString(q.After) || !utf8.ValidString(q.From):
		return Bounds{}, files.Problemf(files.CodeInvalidCursor, "cursor", "the cursor is not valid UTF-8")
	}
	longest := files.MaxObjectKey - len(q.Space.Prefix())
	if len(q.Prefix) > longest {
		return Bounds{None: true}, nil
	}
	b := Bounds{Low: q.Prefix}
	b.High, _ = Successor(q.Prefix)
	switch {
	case q.From > b.Low:
		b.Low = q.From
	case q.From == "" && q.After >= b.Low && q.After != "":
		b.Low, b.After = q.After, true
	}
	b.Low = shorten(b.Low, longest)
	b.None = b.High != "" && b.Low >= b.High
	return b, nil
}

// Contains reports whether key is inside the bounds.
func (b Bounds) Contains(key string) bool {
	return !b.None && key >= b.Low && (!b.After || key != b.Low) && (b.High == "" || key < b.High)
}

// Successor returns the smallest string that is greater than every string that
// begins with prefix, in byte order (which for UTF-8 is the order of the code
// points). ok is false if there is none: for an empty prefix, and for one of
// nothing but U+10FFFF.
func Successor(prefix string) (next string, ok bool) {
	prefix = strings.TrimRight(prefix, string(utf8.MaxRune))
	if prefix == "" {
		return "", false
	}
	last, size := utf8.DecodeLastRuneInString(prefix)
	last++
	if last == 0xD800 { // surrogates are no characters
		last = 0xE000
	}
	return prefix[:len(prefix)-size] + string(last), true
}

// shorten cuts s, which may be a forged cursor of any length, to a string that
// compares with every key of at most longest bytes exactly as s does: no such
// key can be equal to it or begin with it.
func shorten(s string, longest int) string {
	cut := longest + 1
	if len(s) <= cut {
		return s
	}
	for !utf8.RuneStart(s[cut]) {
		if cut++; cut == len(s) {
			return s
		}
	}
	return s[:cut]
}
