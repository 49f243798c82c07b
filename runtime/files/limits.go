package files

import (
	"mime"
	"strings"
	"time"
)

// Limits are the settings that bound what may be uploaded and how long a URL
// lives. The zero value allows nothing: fill every field.
type Limits struct {
	MaxSize      int64    // bytes
	AllowedTypes []string // "image/png" or "image/*", lower case; empty allows all
	UploadURL    time.Duration
	Put          time.Duration
	Part         time.Duration
	Get          time.Duration
	MaxMetadata  int // bytes of the encoded declaration
}

// CheckSize returns nil if size may be uploaded, or a *Problem on the field
// "size" with CodeInvalidSize or CodeTooLarge.
func (l Limits) CheckSize(size int64) error {
	if size < 0 {
		return Problemf(CodeInvalidSize, "size", "the size is %d; send the number of bytes, 0 or more", size)
	}
	if size > l.MaxSize {
		return Problemf(CodeTooLarge, "size", "the size is %d bytes; at most %d are allowed", size, l.MaxSize)
	}
	return nil
}

// CheckType returns the media type in the form that is signed, or a *Problem
// on field with CodeInvalidType or CodeTypeNotAllowed. An empty type, which
// browsers send for files that they do not know, is returned empty (it is not
// signed) and is allowed where application/octet-stream is.
func (l Limits) CheckType(field, mimeType string) (string, error) {
	asked := mimeType
	if mimeType == "" {
		mimeType = "application/octet-stream"
	}
	if len(mimeType) > 255 {
		return "", Problemf(CodeInvalidType, field, "the media type has %d bytes; at most 255 are allowed", len(mimeType))
	}
	media, _, err := mime.ParseMediaType(mimeType)
	if err != nil || strings.Count(media, "/") != 1 || strings.HasPrefix(media, "/") || strings.HasSuffix(media, "/") || strings.Contains(media, "*") || !visibleASCII(mimeType) {
		return "", Problemf(CodeInvalidType, field, "%q is not a media type; send one such as image/jpeg", mimeType)
	}
	if !l.allows(media) {
		return "", Problemf(CodeTypeNotAllowed, field, "the media type %s is not allowed here; allowed: %s", media, strings.Join(l.AllowedTypes, ", "))
	}
	return asked, nil
}

func (l Limits) allows(media string) bool {
	if len(l.AllowedTypes) == 0 {
		return true
	}
	for _, t := range l.AllowedTypes {
		if t == media || t == "*/*" {
			return true
		}
		if kind, ok := strings.CutSuffix(t, "/*"); ok && strings.HasPrefix(media, kind+"/") {
			return true
		}
	}
	return false
}

func visibleASCII(s string) bool {
	for i := range len(s) {
		if s[i] < ' ' || s[i] > '~' {
			return false
		}
	}
	return s == strings.TrimSpace(s)
}
