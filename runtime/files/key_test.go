package files

import (
	"errors"
	"strings"
	"testing"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
	"pgregory.net/rapid"
)

func TestParseKey(t *testing.T) {
	for name, tc := range map[string]struct {
		in   string
		want Key // empty: refused
	}{
		"plain":                  {"a.jpg", "a.jpg"},
		"path":                   {"photos/2026/a.jpg", "photos/2026/a.jpg"},
		"url characters":         {"a b+c%41?d#e&f", "a b+c%41?d#e&f"},
		"composed":               {"caf\u00e9", "caf\u00e9"},
		"decomposed is composed": {"cafe\u0301", "caf\u00e9"},
		"emoji":                  {"👩‍🚀.png", "👩‍🚀.png"},
		"right to left":          {"ملف/קובץ.txt", "ملف/קובץ.txt"},
		"dots inside a name":     {"a/..b/c...", "a/..b/c..."},
		"50 levels":              {strings.Repeat("d/", 49) + "f", Key(strings.Repeat("d/", 49) + "f")},
		"a backslash is a name":  {`a\..\b`, `a\..\b`},
		"empty":                  {"", ""},
		"leading slash":          {"/a", ""},
		"trailing slash":         {"a/", ""},
		"two slashes":            {"a//b", ""},
		"dot":                    {"a/./b", ""},
		"dot dot":                {"a/../b", ""},
		"only dot dot":           {"..", ""},
		"NUL":                    {"a\x00b", ""},
		"newline":                {"a\nb", ""},
		"DEL":                    {"a\x7fb", ""},
		"C1 control":             {"a\u0085b", ""},
		"not UTF-8":              {"a\xffb", ""},
		"a surrogate in UTF-8":   {"a\xed\xa0\x80b", ""},
		"not a character":        {"a\uffffb", ""},
		"huge":                   {strings.Repeat("x", 4097), ""},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := ParseKey(tc.in)
			if got != tc.want {
				t.Fatalf("ParseKey(%q) = %q, %v; want %q", tc.in, got, err, tc.want)
			}
			if tc.want == "" {
				wantProblem(t, err, CodeInvalidKey, "key")
			}
		})
	}
}

func TestParsePrefix(t *testing.T) {
	for in, want := range map[string]string{"": "", "a/": "a/", "a": "a", "cafe\u0301": "caf\u00e9", "..": ".."} {
		if got, err := ParsePrefix(in); err != nil || got != want {
			t.Errorf("ParsePrefix(%q) = %q, %v; want %q", in, got, err, want)
		}
	}
	for _, in := range []string{"\x00", "a\xff", strings.Repeat("x", 4097)} {
		_, err := ParsePrefix(in)
		wantProblem(t, err, CodeInvalidField, "prefix")
	}
}

func TestKeyParts(t *testing.T) {
	k := Key("a/b/c.txt")
	if k.Name() != "c.txt" || Key("c").Name() != "c" {
		t.Errorf("names: %q, %q", k.Name(), Key("c").Name())
	}
	if got := k.Segments(); strings.Join(got, "|") != "a|b|c.txt" {
		t.Errorf("segments: %q", got)
	}
	if got := k.Ancestors(); len(got) != 2 || got[0] != "a" || got[1] != "a/b" {
		t.Errorf("ancestors: %q", got)
	}
	if got := Key("a").Ancestors(); len(got) != 0 {
		t.Errorf("ancestors of a top key: %q", got)
	}
}

// What ParseKey accepts is stable: parsing it again changes nothing, and it
// keeps every rule that the type promises.
func checkKey(t interface {
	Fatalf(string, ...any)
}, in string) {
	k, err := ParseKey(in)
	if err != nil {
		return
	}
	again, err := ParseKey(string(k))
	if err != nil || again != k {
		t.Fatalf("ParseKey(%q) = %q, parsed again %q, %v", in, k, again, err)
	}
	if !utf8.ValidString(string(k)) || !norm.NFC.IsNormalString(string(k)) {
		t.Fatalf("ParseKey(%q) = %q is not NFC", in, k)
	}
	for _, segment := range k.Segments() {
		if segment == "" || segment == "." || segment == ".." {
			t.Fatalf("ParseKey(%q) let the segment %q through", in, segment)
		}
	}
}

func TestParseKeyIsStable(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) { checkKey(t, rapid.String().Draw(t, "key")) })
}

func FuzzParseKey(f *testing.F) {
	for _, seed := range []string{"a/b", "cafe\u0301", "a\xff", "../x", "a\u0300\u0301\u0302"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, in string) { checkKey(t, in) })
}

// wantProblem fails the test unless err is a Problem of this code and field
// that says something.
func wantProblem(t testing.TB, err error, code Code, field string) {
	t.Helper()
	var p *Problem
	if !errors.As(err, &p) || p.Code != code || p.Field != field || p.Detail == "" {
		t.Fatalf("got %v; want the code %s on the field %q", err, code, field)
	}
}
