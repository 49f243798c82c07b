package identity

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
	"pgregory.net/rapid"

	"github.com/bytepass/bytepass/runtime/files"
)

// pair is two owners that must never be taken for one another, and a file of
// each that could be.
type pair struct {
	owners [2]string
	keys   [2]files.Key
}

// bases are names as identity providers have them, and worse.
var bases = rapid.OneOf(
	rapid.SampledFrom([]string{
		"ab", "alice", "auth0|x/..", "..", ".", "~", "~h", "u", "g", "u/ab", "é", "João", "naïve/..", "ﬁle", "ﬀ", "Å", "한", "שלום", "💾",
		"a b", "a+b", "a%2Fb", "a%252Fb", "a?b", "a#b", "a\\b", "a:b", "a*b", "a\"b", "a'b;--", "a\nb", "a\x00b", "0", "null", "true", "-", "user@example.com",
	}),
	rapid.StringMatching(`[ab~./|%2Fc]{1,12}`),
	rapid.StringN(1, 30, -1),
)

// twist returns a name that could be mistaken for this one: another spelling of
// it, what escaping makes of it, what lies below it, or what it is cut to.
var twists = []func(string) string{
	func(s string) string { return s + "/c" },
	func(s string) string { return s + "/" },
	func(s string) string { return s + "/.." },
	func(s string) string { return s + "/../" + s },
	func(s string) string { return "/" + s },
	func(s string) string { return "u/" + s },
	func(s string) string { return strings.ReplaceAll(s, "/", "~2F") },
	func(s string) string { return strings.ReplaceAll(s, "/", "%2F") },
	func(s string) string { return segment(s) },
	func(s string) string { return segment(segment(s)) },
	func(s string) string { return s + "\x00" },
	func(s string) string { return s + " " },
	func(s string) string { return s + "\u200b" },
	func(s string) string { return s + "%00" },
	norm.NFC.String, norm.NFD.String, norm.NFKC.String,
	strings.ToUpper, strings.ToLower,
	func(s string) string { return strings.NewReplacer("a", "а", "e", "е", "o", "ο").Replace(s) }, // Cyrillic, Greek
	func(s string) string { return strings.Map(fullWidth, s) },
	func(s string) string { return strings.TrimRight(s, "./ ") },
	func(s string) string { return s[:len(s)-1] },
	func(s string) string { return strings.Repeat(s, 1+150/len(s)) }, // is hashed
	func(s string) string { return strings.Repeat(s, 1+150/len(s)) + "x" },
	func(s string) string {
		sum := sha256.Sum256([]byte(strings.Repeat(s, 1+150/len(s))))
		return "~h" + hex.EncodeToString(sum[:])
	},
}

// segment returns what object keys make of an owner.
func segment(owner string) string {
	space, err := files.Person(owner)
	if err != nil {
		return owner
	}
	return strings.TrimPrefix(space.String(), "u/")
}

func fullWidth(r rune) rune {
	if '!' <= r && r <= '~' {
		return r - '!' + '！'
	}
	return r
}

// pairs draws two owners, of whom the one is a twist of the other, and keys:
// the same one, one that is the other's with a part of the owner in front, or
// any two.
var pairs = rapid.Custom(func(t *rapid.T) pair {
	base := bases.Draw(t, "owner")
	other := base
	for range rapid.IntRange(1, 2).Draw(t, "twists") {
		if twisted := rapid.SampledFrom(twists).Draw(t, "twist")(other); twisted != "" {
			other = twisted
		}
	}
	names := rapid.OneOf(
		rapid.SampledFrom([]string{"d", "c/d", "b/c/d", "ab/c/d", "2Fc/d", "~2Fc", "u/ab/d", "é", "e\u0301", "..d", "d.", "u", "c"}),
		rapid.StringN(1, 12, -1),
	)
	name := names.Draw(t, "key")
	second := rapid.SampledFrom([]string{name, "c/" + name, base + "/" + name, segment(base) + "/" + name, names.Draw(t, "another key")}).Draw(t, "second key")
	p := pair{owners: [2]string{base, other}}
	for i, raw := range []string{name, second} {
		p.keys[i], _ = files.ParseKey(raw)
	}
	return p
}).Filter(pair.usable)

// usable reports whether a token can name both owners, and both keys are keys.
func (p pair) usable() bool {
	for i, owner := range p.owners {
		if owner == "" || !utf8.ValidString(owner) || strings.ContainsRune(owner, unicode.ReplacementChar) || p.keys[i] == "" {
			return false
		}
	}
	return p.owners[0] != p.owners[1]
}
