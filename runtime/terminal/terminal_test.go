package terminal

import (
	"strconv"
	"strings"
	"testing"
)

func TestName(t *testing.T) {
	for _, shown := range []string{"", "a b.txt", "ünïcödé", "日本語", "עברית.txt", "العربية", "emoji 👩‍👩‍👧 😀", `quote"'\`, "हिन्दी"} {
		if got := Name(shown); got != shown {
			t.Errorf("%q is printed as %s", shown, got)
		}
	}
	for name, want := range map[string]string{
		"a\x1b[31mred":      `"a\x1b[31mred"`,
		"two\nlines\r":      `"two\nlines\r"`,
		"\u009b31m":         `"\u009b31m"`,
		"del\x7f":           `"del\x7f"`,
		"fdp.\u202egpj":     `"fdp.\u202egpj"`,
		"\u2066iso\u2069":   `"\u2066iso\u2069"`,
		"mark\u200f":        `"mark\u200f"`,
		"line\u2028break":   `"line\u2028break"`,
		"latin\xe9":         `"latin\xe9"`,
		"nul\x00 and \"q\"": `"nul\x00 and \"q\""`,
	} {
		got := Name(name)
		if got != want {
			t.Errorf("%q is printed as %s, want %s", name, got, want)
		}
		if back, err := strconv.Unquote(got); err != nil || back != name {
			t.Errorf("%s reads as %q, %v", got, back, err)
		}
	}
}

func TestText(t *testing.T) {
	for message, want := range map[string]string{
		"open é👩‍👩‍👧: no such file\nand more": "open é👩‍👩‍👧: no such file\nand more",
		"open \x1b]0;title\a: denied":         `open \x1b]0;title\a: denied`,
		"\u202eback\u2069 \u009bm\x7f\xff'\"": `\u202eback\u2069 \u009bm\x7f\xff'"`,
	} {
		if got := Text(message); got != want {
			t.Errorf("%q is printed as %s, want %s", message, got, want)
		}
	}
}

func FuzzName(f *testing.F) {
	for _, seed := range []string{"a", "\x1b[2J", "\u202e", "\xff", "\u0085"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		for _, printed := range []string{Name(text), strings.ReplaceAll(Text(text), "\n", "")} {
			if strings.ContainsFunc(printed, obeyed) {
				t.Errorf("%q is printed as %q", text, printed)
			}
		}
	})
}
