package sign

import (
	"context"
	"time"

	"github.com/bytepass/bytepass/runtime/files"
)

// PresignPut signs the PUT of u for life. The store refuses another key,
// another or no Content-Type (unless u has none), another length, other bytes
// than the checksum's, an existing object where u says NoOverwrite, and any
// other x-amz- header. The declaration travels as a signed header, so its
// holder cannot change it.
//
// When the size is not known the client cannot be asked for more than
// Content-Type: the length is left open, and the declaration (which then holds
// the limit) travels as a query parameter, which AWS and MinIO store as the
// header that it names.
//
// The error is a *files.Problem when u's object key is too long; any other is
// Presign's.
func (s *Signer) PresignPut(ctx context.Context, u files.Upload, life time.Duration) (files.Presigned, error) {
	c := s.borrow()
	defer s.pool.Put(c)
	var err error
	if c.object, err = u.Space.AppendObjectKey(c.object[:0], u.Key); err != nil {
		return files.Presigned{}, err
	}
	headers := files.ClientHeaders{ContentType: u.MimeType, ChecksumSHA256: u.ChecksumSHA256}
	if u.Size >= 0 {
		c.length(u.Size)
	}
	if u.MimeType != "" {
		c.header("content-type", u.MimeType)
	}
	c.host(s.hostLine)
	if u.NoOverwrite {
		headers.IfNoneMatch = "*"
		c.header("if-none-match", headers.IfNoneMatch)
	}
	if u.ChecksumSHA256 != "" {
		c.header("x-amz-checksum-sha256", u.ChecksumSHA256)
	}
	if !u.Declaration.IsZero() {
		declared := u.Declaration.Encode()
		if u.Size >= 0 {
			headers.Declaration = declared
			c.header(files.DeclarationHeader, declared)
		} else {
			c.param(files.DeclarationHeader, declared)
		}
	}
	url, expires, err := s.finish(ctx, c, "PUT", life)
	if err != nil {
		return files.Presigned{}, err
	}
	return files.Presigned{
		Method:        "PUT",
		URL:           url,
		Headers:       headers,
		ContentLength: max(u.Size, files.SizeUnknown),
		ExpiresAt:     expires,
	}, nil
}

// PresignGet signs the GET of d for life. The version and the headers of the
// answer are part of what is signed. The error is Presign's.
func (s *Signer) PresignGet(ctx context.Context, d files.Download, life time.Duration) (files.Presigned, error) {
	c := s.borrow()
	defer s.pool.Put(c)
	c.optional("response-cache-control", d.CacheControl)
	c.optional("response-content-disposition", d.Disposition)
	c.optional("response-content-type", d.MimeType)
	c.optional("versionId", d.VersionID)
	c.host(s.hostLine)
	c.object = append(c.object[:0], d.ObjectKey...)
	url, expires, err := s.finish(ctx, c, "GET", life)
	if err != nil {
		return files.Presigned{}, err
	}
	return files.Presigned{Method: "GET", URL: url, ContentLength: files.SizeUnknown, ExpiresAt: expires}, nil
}

func (c *canonical) optional(name, value string) {
	if value != "" {
		c.param(name, value)
	}
}
