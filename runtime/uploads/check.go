package uploads

import (
	"fmt"
	"slices"
	"strings"

	"github.com/bytepass/bytepass/runtime/files"
)

// FinishedPart is a part as the client remembers it.
type FinishedPart struct {
	Number int
	// ETag is what the store answered; empty if the client could not see it.
	// Quotes around it do not matter.
	ETag              string
	ChecksumCRC64NVME string // base64; empty if the client computed none
}

// BadPart is a part that keeps an upload from being completed.
type BadPart struct {
	Number int
	Reason string // half a sentence: "is not there"
}

// PartsError says which parts are wrong. It is a *files.Problem with
// CodeInvalidParts.
type PartsError struct {
	Parts []BadPart
}

// Error names the first of the parts.
func (e *PartsError) Error() string { return e.problem().Error() }

// Unwrap returns the problem.
func (e *PartsError) Unwrap() error { return e.problem() }

func (e *PartsError) problem() *files.Problem {
	const most = 10
	var named []string
	for _, p := range e.Parts[:min(len(e.Parts), most)] {
		named = append(named, fmt.Sprintf("part %d %s", p.Number, p.Reason))
	}
	more := ""
	if n := len(e.Parts) - most; n > 0 {
		more = fmt.Sprintf("; and %d more", n)
	}
	return files.Problemf(files.CodeInvalidParts, "parts", "%s%s; send those parts again and complete again", strings.Join(named, "; "), more)
}

// choose returns the parts that the object is to be made of: those of a known
// plan, or those that the client names, or all that are there. It checks them
// against the plan, the client's memory, and S3's rules
// (https://docs.aws.amazon.com/AmazonS3/latest/userguide/qfacts.html).
func choose(plan Plan, there []files.Part, named []FinishedPart) ([]files.Part, error) {
	numbers, memory, err := remember(named)
	if err != nil {
		return nil, err
	}
	byNumber := make(map[int]files.Part, len(there))
	last := 0
	for _, p := range there {
		byNumber[p.Number] = p
		last = max(last, p.Number)
	}
	switch {
	case plan.Known():
		last = plan.Count()
	case len(named) > 0:
		last = numbers[len(numbers)-1]
	}
	if last == 0 {
		return nil, &PartsError{Parts: []BadPart{{1, "is not there"}}}
	}

	var bad []BadPart
	chosen := make([]files.Part, 0, last)
	for n := 1; n <= last; n++ {
		p, ok := byNumber[n]
		m, isNamed := memory[n]
		switch {
		case !ok:
			bad = append(bad, BadPart{n, "is not there"})
		case len(named) > 0 && !isNamed:
			bad = append(bad, BadPart{n, "is missing from the list"})
		case m.ETag != "" && bareETag(m.ETag) != p.ETag,
			m.ChecksumCRC64NVME != "" && p.ChecksumCRC64NVME != "" && m.ChecksumCRC64NVME != p.ChecksumCRC64NVME:
			bad = append(bad, BadPart{n, "holds other bytes than the list says"})
		case plan.Known() && p.Size != plan.Length(n):
			bad = append(bad, BadPart{n, fmt.Sprintf("has %d bytes and should have %d", p.Size, plan.Length(n))})
		case n < last && p.Size < files.MinPartSize:
			bad = append(bad, BadPart{n, fmt.Sprintf("has %d bytes; all but the last must have %d at least", p.Size, files.MinPartSize)})
		}
		chosen = append(chosen, p)
	}
	for _, n := range numbers {
		if n > last {
			bad = append(bad, BadPart{n, fmt.Sprintf("does not belong to the upload, which has %d", last)})
		}
	}
	if len(bad) > 0 {
		return nil, &PartsError{Parts: bad}
	}
	return chosen, nil
}

// remember sorts what the client names.
func remember(named []FinishedPart) (numbers []int, memory map[int]FinishedPart, err error) {
	memory = make(map[int]FinishedPart, len(named))
	for _, p := range named {
		if p.Number < 1 || p.Number > files.MaxParts {
			return nil, nil, &PartsError{Parts: []BadPart{{p.Number, fmt.Sprintf("cannot be; parts have the numbers 1 to %d", files.MaxParts)}}}
		}
		if _, twice := memory[p.Number]; twice {
			return nil, nil, &PartsError{Parts: []BadPart{{p.Number, "is in the list twice"}}}
		}
		memory[p.Number] = p
		numbers = append(numbers, p.Number)
	}
	slices.Sort(numbers)
	return numbers, memory, nil
}

// bareETag takes the quotes off an ETag, as they are or as XML and HTML write
// them.
func bareETag(etag string) string {
	return strings.Trim(strings.ReplaceAll(etag, "&quot;", `"`), `"`)
}
