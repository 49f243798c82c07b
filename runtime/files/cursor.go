package files

import "encoding/base64"

// EncodeCursor returns the cursor of a page that ended with last, a key or a
// folder: URL-safe text that means nothing but "after this one". It names no
// space, so a cursor of somebody else opens nothing.
func EncodeCursor(last string) string {
	return base64.RawURLEncoding.EncodeToString([]byte(last))
}

// ParseCursor returns what EncodeCursor was given; empty for an empty cursor.
// The error is a *Problem with CodeInvalidCursor.
func ParseCursor(cursor string) (last string, err error) {
	raw, err := base64.RawURLEncoding.DecodeString(cursor)
	if err != nil || len(raw) > MaxObjectKey || !printable(string(raw)) || EncodeCursor(string(raw)) != cursor {
		return "", Problemf(CodeInvalidCursor, "cursor", "this is not a cursor of a page; start without one and follow the Link header")
	}
	return string(raw), nil
}
