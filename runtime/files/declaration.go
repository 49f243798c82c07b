package files

import (
	"encoding/json"
	"slices"
	"strings"
)

// DeclarationHeader is the one header of ours that an object may carry: what
// was declared when its URL was signed, as ASCII JSON. It is part of what is
// signed, so whoever holds the URL cannot change it.
const DeclarationHeader = "x-amz-meta-bytepass"

// DeclarationMeta is the name of that header as S3 clients list it.
const DeclarationMeta = "bytepass"

// Declaration travels with an object. What is absent was not declared. All
// that the catalog says of an object beyond its head is in here, so that the
// catalog can be rebuilt from the bucket; and a verdict on the object is a
// function of its head and this alone, so that it never changes with the
// settings.
type Declaration struct {
	Size     *int64            `json:"s,omitempty"` // exact size in bytes
	MaxSize  *int64            `json:"l,omitempty"` // the limit in force when the size was not known
	Type     string            `json:"t,omitempty"`
	Name     string            `json:"n,omitempty"` // display name
	Metadata map[string]string `json:"m,omitempty"`
	Nonce    string            `json:"u,omitempty"` // the identity of a multipart upload
	// ChecksumSHA256 is the full object's, base64.
	ChecksumSHA256 string `json:"c,omitempty"`
	// ChecksumCRC64NVME is the full object's, base64: the one that a store
	// knows of an object that came in parts.
	ChecksumCRC64NVME string `json:"k,omitempty"`
}

// IsZero reports whether nothing is declared: such an object carries no header.
func (d Declaration) IsZero() bool {
	return d.Size == nil && d.MaxSize == nil && d.Type == "" && d.Name == "" && len(d.Metadata) == 0 && d.Nonce == "" && d.ChecksumSHA256 == "" && d.ChecksumCRC64NVME == ""
}

// Encode returns the header's value: JSON with everything outside of printable
// ASCII escaped, because S3 signs no other bytes in metadata reliably, and with
// every space that follows another one, because signatures do not count those.
// The same declaration gives the same bytes.
func (d Declaration) Encode() string {
	plain, err := json.Marshal(d) // map keys are sorted
	if err != nil {
		panic("files: a declaration of strings cannot fail to encode: " + err.Error())
	}
	var b strings.Builder
	last := rune(0)
	for _, r := range string(plain) {
		if r < ' ' || r > '~' || r == ' ' && last == ' ' {
			writeEscaped(&b, r)
		} else {
			b.WriteRune(r)
		}
		last = r
	}
	return b.String()
}

func writeEscaped(b *strings.Builder, r rune) {
	const hexdigits = "0123456789abcdef"
	unit := func(u uint16) {
		b.WriteString(`\u`)
		for shift := 12; shift >= 0; shift -= 4 {
			b.WriteByte(hexdigits[u>>shift&15])
		}
	}
	if r < 0x10000 {
		unit(uint16(r))
		return
	}
	r -= 0x10000
	unit(0xd800 | uint16(r>>10))
	unit(0xdc00 | uint16(r&0x3ff))
}

// ParseDeclaration reads the header's value of an object. Whoever may write to
// the bucket by other means may have written anything: ok is false for a value
// that is none, and the object then counts as undeclared.
func ParseDeclaration(value string) (d Declaration, ok bool) {
	if value == "" || len(value) > 2048 {
		return Declaration{}, false
	}
	if err := json.Unmarshal([]byte(value), &d); err != nil || d.IsZero() {
		return Declaration{}, false
	}
	return d, true
}

// CheckMetadata checks what a caller wants to keep with the file: names of 1
// to 128 printable characters, values without control characters. The error is
// a *Problem with CodeInvalidMetadata that names the entry. The bound on the
// whole is checked on the encoded declaration.
func CheckMetadata(m map[string]string) error {
	names := make([]string, 0, len(m))
	for name := range m {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		if name == "" || len(name) > 128 || !printable(name) {
			return Problemf(CodeInvalidMetadata, "metadata", "%q is not a metadata name: 1 to 128 printable characters", name)
		}
		if !printable(m[name]) {
			return Problemf(CodeInvalidMetadata, "metadata."+name, "the value of %q has a control character or is not UTF-8", name)
		}
	}
	return nil
}
