package files

import (
	"mime"
	"strings"
	"unicode/utf8"
)

// inertTypes are the media types that a browser may show instead of saving:
// none of them can run a script or load anything. SVG and PDF are not among
// them, because both can.
var inertTypes = map[string]bool{
	"image/avif": true, "image/bmp": true, "image/gif": true, "image/jpeg": true, "image/png": true, "image/webp": true,
	"audio/aac": true, "audio/flac": true, "audio/mp4": true, "audio/mpeg": true, "audio/ogg": true, "audio/wav": true, "audio/webm": true,
	"video/mp4": true, "video/ogg": true, "video/quicktime": true, "video/webm": true,
}

// Inert reports whether a browser may show a file of this type in place.
func Inert(mimeType string) bool {
	media, _, err := mime.ParseMediaType(mimeType)
	return err == nil && inertTypes[media]
}

// maxFilename bounds the file name of a download in bytes. Each byte takes up
// to five in a signed URL, and a store refuses URLs that are too long.
const maxFilename = 200

// Disposition returns the Content-Disposition of a download: attachment,
// unless inline is asked for and the type is inert. The name is given as RFC
// 6266 wants it: an ASCII fallback that every client reads, and for any other
// name the exact one in the encoding of RFC 8187.
func Disposition(inline bool, mimeType, name string) string {
	kind := "attachment"
	if inline && Inert(mimeType) {
		kind = "inline"
	}
	name = shorten(strings.Map(func(r rune) rune {
		if r == '/' || r == '\\' {
			return '_'
		}
		return r
	}, name))
	fallback := strings.Map(func(r rune) rune {
		if r < ' ' || r > '~' || r == '"' || r == '%' {
			return '_'
		}
		return r
	}, name)
	value := kind + `; filename="` + fallback + `"`
	if fallback != name {
		value += "; filename*=UTF-8''" + encodeExtValue(name)
	}
	return value
}

// shorten cuts a long name between two characters and keeps its extension.
func shorten(name string) string {
	if len(name) <= maxFilename {
		return name
	}
	extension := ""
	if dot := strings.LastIndexByte(name, '.'); dot > 0 && len(name)-dot <= 16 {
		extension = name[dot:]
	}
	stem := name[:maxFilename-len(extension)]
	for len(stem) > 0 {
		if r, size := utf8.DecodeLastRuneInString(stem); r != utf8.RuneError || size != 1 {
			break
		}
		stem = stem[:len(stem)-1]
	}
	return stem + extension
}

// encodeExtValue writes s in the ext-value encoding of RFC 8187, section 3.2.1.
func encodeExtValue(s string) string {
	var b strings.Builder
	for i := range len(s) {
		c := s[i]
		if 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || strings.IndexByte("!#$&+-.^_`|~", c) >= 0 {
			b.WriteByte(c)
			continue
		}
		b.WriteByte('%')
		b.WriteByte(upperhex[c>>4])
		b.WriteByte(upperhex[c&15])
	}
	return b.String()
}
