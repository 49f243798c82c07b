package files

import (
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"time"
	"unicode"
	"unicode/utf8"
)

// Upload is what a caller intends to send in one request, checked.
type Upload struct {
	Space          Space
	Key            Key
	MimeType       string // as it is signed; empty is not signed
	Size           int64  // bytes; SizeUnknown leaves the length open
	ChecksumSHA256 string // base64; empty if the caller gave none
	NoOverwrite    bool   // sign If-None-Match: *
	Declaration    Declaration
}

// SizeUnknown is the size of an upload whose length the caller did not say.
const SizeUnknown int64 = -1

// CheckChecksum returns nil if c is empty or a SHA-256 in base64, or a
// *Problem with CodeInvalidChecksum.
func CheckChecksum(c string) error {
	if c == "" {
		return nil
	}
	raw, err := base64.StdEncoding.Strict().DecodeString(c)
	if err != nil || len(raw) != sha256.Size {
		return Problemf(CodeInvalidChecksum, "checksumSHA256", "send the 32 bytes of the SHA-256 in standard base64 (44 characters)")
	}
	return nil
}

// Presigned is a request that the holder may send, once or often, until it
// expires. Its URL is a bearer credential: never log it.
type Presigned struct {
	Method string
	URL    string
	// Headers are the headers that the client has to send exactly so.
	Headers ClientHeaders
	// ContentLength is the exact length of the body in bytes, or SizeUnknown.
	ContentLength int64
	ExpiresAt     time.Time
}

// PresignedForm is a form that the holder may send, as multipart/form-data with
// the field "file" last, until it expires. Its fields are a bearer credential:
// never log them.
type PresignedForm struct {
	URL       string
	Fields    map[string]string
	ExpiresAt time.Time
}

// ClientHeaders are all the headers that a presigned request of ours can ask
// its client for, and only such as a browser can set. An empty one is not sent.
type ClientHeaders struct {
	ContentType    string
	IfNoneMatch    string
	ChecksumSHA256 string // x-amz-checksum-sha256
	Declaration    string // DeclarationHeader
	// ChecksumCRC64NVME is x-amz-checksum-crc64nvme, of a part.
	ChecksumCRC64NVME string
}

// Map returns the headers by their names; never nil.
func (h ClientHeaders) Map() map[string]string {
	m := map[string]string{}
	for name, value := range map[string]string{
		"Content-Type": h.ContentType, "If-None-Match": h.IfNoneMatch,
		"x-amz-checksum-sha256": h.ChecksumSHA256, DeclarationHeader: h.Declaration,
		"x-amz-checksum-crc64nvme": h.ChecksumCRC64NVME,
	} {
		if value != "" {
			m[name] = value
		}
	}
	return m
}

// Head is what the bucket says of an object's version.
type Head struct {
	Size           int64
	MimeType       string
	ETag           string // without quotes
	VersionID      string
	LastModified   time.Time
	ChecksumSHA256 string // base64, full object; empty if S3 has none
	// ChecksumCRC64NVME is base64, full object; empty if S3 has none.
	ChecksumCRC64NVME string
	Declaration       Declaration
	Declared          bool // the object carries a valid declaration
}

// Verdict compares what arrived with what was declared. It returns "" to
// accept, or the reason to reject in one sentence. It depends on nothing else,
// so the same version gets the same verdict for ever.
func (h Head) Verdict() string {
	if !h.Declared {
		return ""
	}
	d := h.Declaration
	switch {
	case d.Size != nil && *d.Size != h.Size:
		return fmt.Sprintf("%d bytes arrived, %d were declared", h.Size, *d.Size)
	case d.MaxSize != nil && h.Size > *d.MaxSize:
		return fmt.Sprintf("%d bytes arrived, at most %d are allowed", h.Size, *d.MaxSize)
	case d.Type != "" && d.Type != h.MimeType:
		return fmt.Sprintf("the type %q arrived, %q was declared", h.MimeType, d.Type)
	case d.ChecksumSHA256 != "" && h.ChecksumSHA256 != "" && d.ChecksumSHA256 != h.ChecksumSHA256:
		return "the bytes that arrived have another SHA-256 than was declared"
	case d.ChecksumCRC64NVME != "" && h.ChecksumCRC64NVME != "" && d.ChecksumCRC64NVME != h.ChecksumCRC64NVME:
		return "the bytes that arrived have another CRC64NVME than was declared"
	}
	return ""
}

// Version is one entry of a key's history, newest first.
type Version struct {
	VersionID    string
	Latest       bool
	DeleteMarker bool
	Size         int64
	ETag         string
	LastModified time.Time
}

func printable(s string) bool {
	if !utf8.ValidString(s) {
		return false
	}
	for _, r := range s {
		if unicode.IsControl(r) {
			return false
		}
	}
	return true
}
