package percent

import (
	"net/url"
	"testing"
)

func TestAppend(t *testing.T) {
	for _, tc := range []struct{ in, path, query string }{
		{"", "", ""},
		{"photos/a-b_c.d~e.jpg", "photos/a-b_c.d~e.jpg", "photos%2Fa-b_c.d~e.jpg"},
		{"a b+c%41?#&=", "a%20b%2Bc%2541%3F%23%26%3D", "a%20b%2Bc%2541%3F%23%26%3D"},
		{"é/😀", "%C3%A9/%F0%9F%98%80", "%C3%A9%2F%F0%9F%98%80"},
		{"!'()*", "%21%27%28%29%2A", "%21%27%28%29%2A"},
	} {
		if got := string(Append([]byte("x"), tc.in, &Path)); got != "x"+tc.path {
			t.Errorf("%q in a path is %s", tc.in, got)
		}
		if got := Encode(tc.in); got != tc.query {
			t.Errorf("%q in a query is %s", tc.in, got)
		}
	}
}

func FuzzEncode(f *testing.F) {
	f.Add("a b/é%\x00\xff")
	f.Fuzz(func(t *testing.T, s string) {
		if back, err := url.PathUnescape(Encode(s)); err != nil || back != s {
			t.Errorf("%q came back as %q, %v", s, back, err)
		}
	})
}
