// Package terminal makes text of others fit to be printed: names of files and
// messages of servers may hold characters that a terminal obeys instead of
// showing them, or that turn the rest of the line around.
package terminal

import (
	"fmt"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Name returns a name as it can be printed in a line: as it is, or in double
// quotes with the escapes of a Go string if it holds a control character, one
// that changes the direction of text, or bytes that are no UTF-8. It is for
// people; programs read the exact name elsewhere.
func Name(name string) string {
	if utf8.ValidString(name) && !strings.ContainsFunc(name, obeyed) {
		return name
	}
	return strconv.Quote(name)
}

// Text returns a message as it can be printed: such characters in it, but for
// line feeds, are escaped one by one.
func Text(message string) string {
	var b strings.Builder
	for i := 0; i < len(message); {
		r, size := utf8.DecodeRuneInString(message[i:])
		switch {
		case r == utf8.RuneError && size == 1:
			fmt.Fprintf(&b, `\x%02x`, message[i])
		case r != '\n' && obeyed(r):
			b.WriteString(strings.Trim(strconv.QuoteRuneToASCII(r), "'"))
		default:
			b.WriteRune(r)
		}
		i += size
	}
	return b.String()
}

// Line is Text in one line: errors that were joined stand in lines of their own,
// and so could a name in them that wants to pass for another message.
func Line(message string) string { return strings.ReplaceAll(Text(message), "\n", "; ") }

// obeyed reports whether a terminal does something else with a character than
// showing it: control characters, line and paragraph separators, and the
// explicit directional ones (Unicode Standard Annex 9, section 2; Trojan Source,
// CVE-2021-42574). Joiners, which make emoji and words of some scripts, are not
// among them.
func obeyed(r rune) bool {
	return unicode.IsControl(r) || unicode.In(r, unicode.Zl, unicode.Zp, unicode.Bidi_Control)
}
