package files

import (
	"testing"

	"pgregory.net/rapid"
)

func TestCursorsComeBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		key, err := ParseKey(rapid.StringN(1, 100, MaxObjectKey).Draw(t, "key"))
		if err != nil || len(key) > MaxObjectKey {
			return
		}
		for _, last := range []string{string(key), string(key) + "/"} {
			if len(last) > MaxObjectKey {
				continue
			}
			if got, err := ParseCursor(EncodeCursor(last)); err != nil || got != last {
				t.Fatalf("ParseCursor(EncodeCursor(%q)) = %q, %v", last, got, err)
			}
		}
	})
	if got, err := ParseCursor(""); err != nil || got != "" {
		t.Errorf("no cursor is %q, %v", got, err)
	}
}

func TestParseCursorRefuses(t *testing.T) {
	for _, cursor := range []string{"!", "\r", "YQ\n", "a", "YWI=", "YWJ", EncodeCursor("\xff"), EncodeCursor("a\x00"), EncodeCursor(string(make([]byte, 1025)))} {
		_, err := ParseCursor(cursor)
		wantProblem(t, err, CodeInvalidCursor, "cursor")
	}
}

func FuzzParseCursor(f *testing.F) {
	f.Add("YQ")
	f.Add(EncodeCursor("photos/2026/"))
	f.Fuzz(func(t *testing.T, cursor string) {
		if last, err := ParseCursor(cursor); err == nil && EncodeCursor(last) != cursor {
			t.Fatalf("%q and %q are cursors of %q", cursor, EncodeCursor(last), last)
		}
	})
}
