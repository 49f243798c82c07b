package env

import (
	"math"
	"strconv"
	"strings"
)

var units = []struct {
	suffix string
	bytes  int64
}{
	{"TiB", 1 << 40}, {"GiB", 1 << 30}, {"MiB", 1 << 20}, {"KiB", 1 << 10},
	{"TB", 1e12}, {"GB", 1e9}, {"MB", 1e6}, {"KB", 1e3}, {"B", 1},
}

// ParseSize reads a number of bytes as settings and flags spell it: "1048576",
// "20MB" (powers of 1,000) or "5GiB" (powers of 1,024), also with a space before
// the unit. ok is false for everything else, and for what int64 cannot hold.
func ParseSize(text string) (bytes int64, ok bool) {
	number, unit := text, int64(1)
	for _, u := range units {
		if rest, found := strings.CutSuffix(text, u.suffix); found {
			number, unit = strings.TrimSuffix(rest, " "), u.bytes
			break
		}
	}
	n, err := strconv.ParseUint(number, 10, 63)
	if err != nil || n > uint64(math.MaxInt64/unit) {
		return 0, false
	}
	return int64(n) * unit, true
}

// FormatSize returns a size as ParseSize reads it, in the largest power of 1,024
// that it is a multiple of.
func FormatSize(bytes int64) string {
	for _, u := range units {
		if u.bytes&(u.bytes-1) == 0 && u.bytes > 1 && bytes >= u.bytes && bytes%u.bytes == 0 {
			return strconv.FormatInt(bytes/u.bytes, 10) + u.suffix
		}
	}
	return strconv.FormatInt(bytes, 10)
}
