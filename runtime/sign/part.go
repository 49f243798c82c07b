package sign

import (
	"context"
	"strconv"
	"time"

	"github.com/bytepass/bytepass/runtime/files"
	"github.com/bytepass/bytepass/runtime/percent"
)

// PresignPart signs the PUT of one part of a multipart upload for life. The
// store refuses another number, another upload, another length (unless p.Size
// is files.SizeUnknown) and other bytes than the checksum's. The client sends
// no header of its own but the checksum, if p has one.
//
// The error says when the id is empty (to a store the request would then be
// one for the whole object), the number or the size are outside of S3's
// limits, or is Presign's.
func (s *Signer) PresignPart(ctx context.Context, p files.PartUpload, life time.Duration) (files.Presigned, error) {
	c := s.borrow()
	defer s.pool.Put(c)
	if p.UploadID == "" {
		c.fail("sign: a part of no multipart upload; set the upload's id")
	}
	if p.Number < 1 || p.Number > files.MaxParts {
		c.fail("sign: part number %d; S3 takes 1 to %d", p.Number, files.MaxParts)
	}
	if p.Size < files.SizeUnknown || p.Size > files.MaxPartSize {
		c.fail("sign: a part of %d bytes; S3 takes up to 5 GiB", p.Size)
	}
	c.param("partNumber", strconv.Itoa(p.Number))
	c.param("uploadId", p.UploadID)
	if p.Size >= 0 {
		c.length(p.Size)
	}
	c.host(s.hostLine)
	if p.ChecksumCRC64NVME != "" {
		c.header("x-amz-checksum-crc64nvme", p.ChecksumCRC64NVME)
	}
	c.object = append(c.object[:0], p.ObjectKey...)
	url, expires, err := s.finish(ctx, c, "PUT", life)
	if err != nil {
		return files.Presigned{}, err
	}
	return files.Presigned{
		Method: "PUT", URL: url, ContentLength: p.Size, ExpiresAt: expires,
		Headers: files.ClientHeaders{ChecksumCRC64NVME: p.ChecksumCRC64NVME},
	}, nil
}

// Origin returns the scheme and the host that all signed URLs begin with.
func (s *Signer) Origin() string { return s.origin }

// ObjectURL returns the URL of an object without a signature: its name, by
// which nothing private can be read.
func (s *Signer) ObjectURL(objectKey string) string {
	return string(percent.Append([]byte(s.origin+s.root), objectKey, &percent.Path))
}
