package api

import (
	"fmt"
	"math"
	"strconv"

	"github.com/danielgtaylor/huma/v2"
)

// maxInteger is the largest number of bytes that every JSON client can say
// exactly (RFC 8259, section 6).
const maxInteger = 1<<53 - 1

// bytesCount is a number of bytes. To JSON Schema 5.0 and 5e0 are integers
// like 5, so they are read as such.
type bytesCount int64

// UnmarshalJSON reads a number without a fraction.
func (n *bytesCount) UnmarshalJSON(text []byte) error {
	if i, err := strconv.ParseInt(string(text), 10, 64); err == nil {
		*n = bytesCount(i)
		return nil
	}
	f, err := strconv.ParseFloat(string(text), 64)
	if err != nil || f != math.Trunc(f) || math.Abs(f) > maxInteger {
		return fmt.Errorf("%.40q is not a number of bytes", text)
	}
	*n = bytesCount(f)
	return nil
}

// Schema describes the type, for huma.
func (bytesCount) Schema(huma.Registry) *huma.Schema {
	least, most := 0.0, float64(maxInteger)
	return &huma.Schema{Type: huma.TypeInteger, Format: "int64", Minimum: &least, Maximum: &most}
}

// seconds is a number of seconds, read as bytesCount reads its own.
type seconds int64

// UnmarshalJSON reads a number without a fraction.
func (n *seconds) UnmarshalJSON(text []byte) error {
	var count bytesCount
	if err := count.UnmarshalJSON(text); err != nil {
		return fmt.Errorf("%.40q is not a number of seconds", text)
	}
	*n = seconds(count)
	return nil
}

// Schema describes the type, for huma.
func (seconds) Schema(huma.Registry) *huma.Schema {
	least := 1.0
	return &huma.Schema{Type: huma.TypeInteger, Format: "int64", Minimum: &least}
}
