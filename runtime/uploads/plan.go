package uploads

import "github.com/bytepass/bytepass/runtime/files"

const (
	mib = 1 << 20
	// minPart is the smallest part size that is planned, in bytes.
	minPart int64 = 10 * mib
	// StreamPartSize is the part size of an upload of unknown size, in bytes.
	StreamPartSize int64 = 64 * mib
)

// Plan is how a file is cut into parts.
type Plan struct {
	Size     int64 // bytes, or files.SizeUnknown
	PartSize int64 // bytes of every part but the last; 0 if that is not known (see Control.Unfinished)
}

// NewPlan returns the plan for a file of size bytes, or files.SizeUnknown:
// parts of 10 MiB, or a 10,000th of the size rounded up to a MiB where that is
// more, so that every size up to S3's limit takes at most 10,000 parts.
func NewPlan(size int64) Plan {
	if size < 0 {
		return Plan{Size: files.SizeUnknown, PartSize: StreamPartSize}
	}
	perPart := ceilDiv(size, files.MaxParts)
	return Plan{Size: size, PartSize: max(minPart, ceilDiv(perPart, mib)*mib)}
}

// Known reports whether the size is known.
func (p Plan) Known() bool { return p.Size >= 0 }

// Count returns the number of parts; 0 if the size is not known. An empty file
// is one empty part.
func (p Plan) Count() int {
	if !p.Known() {
		return 0
	}
	return int(max(1, ceilDiv(p.Size, p.PartSize)))
}

// Length returns the length of part number in bytes, for 1 <= number <=
// Count(). Without a size it is the part size, whatever the number, and 0 if
// that is not known either.
func (p Plan) Length(number int) int64 {
	if !p.Known() {
		return p.PartSize
	}
	return min(p.PartSize, p.Size-int64(number-1)*p.PartSize)
}

func ceilDiv(a, b int64) int64 { return (a + b - 1) / b }
