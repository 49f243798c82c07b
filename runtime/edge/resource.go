package edge

import (
	"errors"

	"github.com/bytepass/bytepass/runtime/files"
	"github.com/bytepass/bytepass/runtime/percent"
)

// The query parameters that the distribution's cache key holds: exactly these.
const (
	paramVersion     = "versionId"
	paramDisposition = "response-content-disposition"
)

// ResourceURL returns the URL of d at the edge without a signature: what a
// policy names. It is ASCII and holds no character that is a wildcard in a
// policy, but for the "?" that begins the query. d's CacheControl and MimeType
// are not part of it: they would split the cache, and the distribution's
// response headers policy speaks for them.
//
// The error says that d has no object key.
func ResourceURL(domain string, d files.Download) (string, error) {
	b, err := appendResource(nil, domain, d)
	return string(b), err
}

func appendResource(b []byte, domain string, d files.Download) ([]byte, error) {
	if d.ObjectKey == "" {
		return nil, errors.New("edge: the download has no object key")
	}
	b = append(b, "https://"...)
	b = append(b, domain...)
	b = append(b, '/')
	b = percent.Append(b, d.ObjectKey, &percent.Path)
	separator := byte('?')
	for _, p := range [...]struct{ name, value string }{
		{paramVersion, d.VersionID},
		{paramDisposition, d.Disposition},
	} {
		if p.value == "" {
			continue
		}
		b = append(b, separator)
		b = append(b, p.name...)
		b = append(b, '=')
		b = percent.Append(b, p.value, &percent.Query)
		separator = '&'
	}
	return b, nil
}
