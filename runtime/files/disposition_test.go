package files

import (
	"mime"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestDisposition(t *testing.T) {
	for name, tc := range map[string]struct {
		inline bool
		mime   string
		file   string
		want   string
	}{
		"as asked by nobody": {false, "image/png", "a.png", `attachment; filename="a.png"`},
		"inert, in place":    {true, "image/png", "a.png", `inline; filename="a.png"`},
		"with a parameter":   {true, "video/mp4; codecs=avc1", "a.mp4", `inline; filename="a.mp4"`},
		"in upper case":      {true, "Image/PNG", "a.png", `inline; filename="a.png"`},
		"HTML never":         {true, "text/html", "a.html", `attachment; filename="a.html"`},
		"SVG never":          {true, "image/svg+xml", "a.svg", `attachment; filename="a.svg"`},
		"PDF never":          {true, "application/pdf", "a.pdf", `attachment; filename="a.pdf"`},
		"text never":         {true, "text/plain", "a.txt", `attachment; filename="a.txt"`},
		"unknown never":      {true, "", "a", `attachment; filename="a"`},
		"not a type":         {true, "image/png, text/html", "a", `attachment; filename="a"`},
		"spaces":             {false, "", "a b.txt", `attachment; filename="a b.txt"`},
		"quotes":             {false, "", `a"b.txt`, `attachment; filename="a_b.txt"; filename*=UTF-8''a%22b.txt`},
		"percent":            {false, "", "100%.txt", `attachment; filename="100_.txt"; filename*=UTF-8''100%25.txt`},
		"not ASCII":          {false, "", "caf\u00e9.txt", `attachment; filename="caf_.txt"; filename*=UTF-8''caf%C3%A9.txt`},
		"emoji":              {false, "", "😀", `attachment; filename="_"; filename*=UTF-8''%F0%9F%98%80`},
		"no way out":         {false, "", `../a\b`, `attachment; filename=".._a_b"`},
		"no header splitting": {
			false, "", "a\r\nb", `attachment; filename="a__b"; filename*=UTF-8''a%0D%0Ab`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			if got := Disposition(tc.inline, tc.mime, tc.file); got != tc.want {
				t.Errorf("got  %s\nwant %s", got, tc.want)
			}
		})
	}
}

func TestDispositionIsBoundedAndReadable(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		name := rapid.StringN(1, 300, 1000).Draw(t, "name")
		value := Disposition(rapid.Bool().Draw(t, "inline"), "image/png", name)
		if len(value) > 5*maxFilename {
			t.Fatalf("%d bytes", len(value))
		}
		kind, params, err := mime.ParseMediaType(value)
		if err != nil || kind != "attachment" && kind != "inline" {
			t.Fatalf("%s: %v", value, err)
		}
		want := strings.NewReplacer("/", "_", `\`, "_").Replace(name)
		if len(want) <= maxFilename && params["filename"] != want {
			t.Fatalf("%s reads as %q; want %q", value, params["filename"], want)
		}
	})
}

func TestLongNamesKeepTheirExtension(t *testing.T) {
	got := shorten(strings.Repeat("é", 300) + ".jpeg")
	if !strings.HasSuffix(got, "é.jpeg") || len(got) > maxFilename || len(got) < maxFilename-1 {
		t.Errorf("%q has %d bytes", got, len(got))
	}
}
