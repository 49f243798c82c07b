package uploads

import (
	"testing"

	"pgregory.net/rapid"

	"github.com/bytepass/bytepass/runtime/files"
)

func TestPlan(t *testing.T) {
	const mib = 1 << 20
	for size, want := range map[int64]struct {
		partSize int64
		count    int
		last     int64
	}{
		0:                      {10 * mib, 1, 0},
		1:                      {10 * mib, 1, 1},
		10 * mib:               {10 * mib, 1, 10 * mib},
		10*mib + 1:             {10 * mib, 2, 1},
		100_000 * mib:          {10 * mib, 10_000, 10 * mib},
		100_000*mib + 1:        {11 * mib, 9_091, 10*mib + 1},
		files.MaxMultipart:     {files.MaxPartSize, 10_000, files.MaxPartSize},
		files.MaxMultipart - 1: {files.MaxPartSize, 10_000, files.MaxPartSize - 1},
	} {
		p := NewPlan(size)
		if p.PartSize != want.partSize || p.Count() != want.count || p.Length(p.Count()) != want.last {
			t.Errorf("%d bytes: %d parts of %d, the last of %d; want %+v", size, p.Count(), p.PartSize, p.Length(p.Count()), want)
		}
	}
}

// TestPlanFitsS3 holds for every size: the parts make the file, and S3 takes
// each of them.
func TestPlanFitsS3(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		size := rapid.Int64Range(0, files.MaxMultipart).Draw(t, "size")
		p := NewPlan(size)
		if p.Count() < 1 || p.Count() > files.MaxParts || p.PartSize%(1<<20) != 0 || p.PartSize > files.MaxPartSize {
			t.Fatalf("%d parts of %d bytes", p.Count(), p.PartSize)
		}
		last := p.Length(p.Count())
		if whole := int64(p.Count()-1)*p.PartSize + last; whole != size || last < 0 || last > p.PartSize || size > 0 && last == 0 {
			t.Fatalf("the parts make %d bytes, the last has %d", whole, last)
		}
	})
}
