package files

import (
	"reflect"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestDeclarationEncode(t *testing.T) {
	for want, d := range map[string]Declaration{
		`{"l":10}`:                                {MaxSize: new(int64(10))},
		`{"s":0}`:                                 {Size: new(int64(0))},
		`{"n":"caf\u00e9 \ud83d\ude00"}`:          {Name: "caf\u00e9 😀"},
		`{"n":"a b \u0020\u0020c"}`:               {Name: "a b   c"},
		`{"m":{"a":"1","b":"\u007f"}}`:            {Metadata: map[string]string{"b": "\x7f", "a": "1"}},
		`{"s":1,"t":"a/b","u":"nonce","c":"sum"}`: {Size: new(int64(1)), Type: "a/b", Nonce: "nonce", ChecksumSHA256: "sum"},
	} {
		if got := d.Encode(); got != want {
			t.Errorf("Encode(%+v) = %s; want %s", d, got, want)
		}
		if got, ok := ParseDeclaration(want); !ok || !reflect.DeepEqual(got, d) {
			t.Errorf("ParseDeclaration(%s) = %+v, %v; want %+v", want, got, ok, d)
		}
	}
}

func TestParseDeclarationRefuses(t *testing.T) {
	for _, value := range []string{
		"", "x", "null", "[]", "{}", `{"z":1}`, `{"s":"1"}`, `{"s":1.5}`, `{"s":1}x`, `{"m":{"a":1}}`,
		`{"n":"` + strings.Repeat("x", 2048) + `"}`,
	} {
		if d, ok := ParseDeclaration(value); ok {
			t.Errorf("ParseDeclaration(%.40q) = %+v", value, d)
		}
	}
}

func TestDeclarationsComeBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := Declaration{
			Name:     rapid.String().Draw(t, "name"),
			Metadata: rapid.MapOfN(rapid.String(), rapid.String(), 0, 3).Draw(t, "metadata"),
			Size:     rapid.Ptr(rapid.Int64Min(0), true).Draw(t, "size"),
			MaxSize:  rapid.Ptr(rapid.Int64Min(0), true).Draw(t, "limit"),
			Type:     rapid.SampledFrom([]string{"", "image/png"}).Draw(t, "type"),
		}
		if len(d.Metadata) == 0 {
			d.Metadata = nil
		}
		value := d.Encode()
		for i := range len(value) {
			if value[i] < ' ' || value[i] > '~' {
				t.Fatalf("byte %#x in %q", value[i], value)
			}
		}
		if value != d.Encode() {
			t.Fatal("the same declaration was encoded in two ways")
		}
		got, ok := ParseDeclaration(value)
		if fits := len(value) <= 2048 && !d.IsZero(); ok != fits {
			t.Fatalf("ParseDeclaration(%s): %v; want %v", value, ok, fits)
		}
		if ok && !reflect.DeepEqual(got, d) {
			t.Fatalf("ParseDeclaration(%s) = %+v; want %+v", value, got, d)
		}
	})
}

func FuzzParseDeclaration(f *testing.F) {
	for _, seed := range []string{`{"s":1}`, `{"m":{"a":"\ud83d\ude00"}}`, `{"l":-1,"n":"x"}`, `{"S":1}`} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, value string) {
		d, ok := ParseDeclaration(value)
		if !ok {
			return
		}
		if encoded := d.Encode(); len(encoded) <= 2048 {
			if again, ok := ParseDeclaration(encoded); !ok || again.Encode() != encoded {
				t.Fatalf("%q is %+v, encoded and parsed again %+v, %v", value, d, again, ok)
			}
		}
	})
}

func TestCheckMetadata(t *testing.T) {
	for _, ok := range []map[string]string{nil, {}, {"album": "2026"}, {"Straße": "héllo 👋", "a b": ""}, {strings.Repeat("n", 128): "v"}} {
		if err := CheckMetadata(ok); err != nil {
			t.Errorf("CheckMetadata(%q): %v", ok, err)
		}
	}
	for field, bad := range map[string]map[string]string{
		"metadata":       {"": "v"},
		"metadata.album": {"album": "a\nb"},
		"metadata.raw":   {"raw": "\xff"},
	} {
		wantProblem(t, CheckMetadata(bad), CodeInvalidMetadata, field)
	}
	wantProblem(t, CheckMetadata(map[string]string{strings.Repeat("n", 129): "v"}), CodeInvalidMetadata, "metadata")
	wantProblem(t, CheckMetadata(map[string]string{"a\x00": "v"}), CodeInvalidMetadata, "metadata")
}
