package uploads

import (
	"encoding/base64"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/bytepass/bytepass/runtime/files"
)

// anID draws any id that Start or Unfinished can make.
func anID(t *rapid.T) id {
	i := id{
		store:       rapid.StringMatching(`[!-~]{1,200}`).Draw(t, "store"),
		size:        rapid.Int64Range(files.SizeUnknown, files.MaxMultipart).Draw(t, "size"),
		noOverwrite: rapid.Bool().Draw(t, "noOverwrite"),
	}
	if rapid.Bool().Draw(t, "nonce") {
		i.nonce = newNonce()
	}
	return i
}

func TestIDRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		want, object := anID(t), rapid.String().Draw(t, "object")
		text := want.encode(object)
		if strings.Trim(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_") != "" {
			t.Fatalf("%q is not URL-safe", text)
		}
		if got, err := parseID(text, object); err != nil || got != want {
			t.Fatalf("got %+v, %v, want %+v", got, err, want)
		}
		if _, err := parseID(text, object+"x"); files.CodeOf(err) != files.CodeInvalidField {
			t.Fatalf("taken for another object: %v", err)
		}
	})
}

// FuzzParseID checks that nothing that a caller sends breaks the parser, and
// that what it takes is the one text of what it says.
func FuzzParseID(f *testing.F) {
	const object = "u/alice/film"
	f.Add(id{store: "2~abc", nonce: newNonce(), size: 5, noOverwrite: true}.encode(object))
	f.Add(id{store: "x", size: files.SizeUnknown}.encode(object))
	f.Add("")
	f.Add(base64.RawURLEncoding.EncodeToString([]byte("\x01\x02" + string(objectMark(object)) + "\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01x")))
	f.Fuzz(func(t *testing.T, text string) {
		i, err := parseID(text, object)
		if err != nil {
			if files.CodeOf(err) != files.CodeInvalidField {
				t.Errorf("%v", err)
			}
			return
		}
		if i.size < files.SizeUnknown || i.size > files.MaxMultipart || i.store == "" {
			t.Errorf("%+v", i)
		}
		if again, err := parseID(i.encode(object), object); err != nil || again != i {
			t.Errorf("%+v became %+v, %v", i, again, err)
		}
	})
}
