package main

import (
	"fmt"
	"strconv"
	"strings"
)

// size is a flag that takes a number of bytes: "1048576", "20MB" (powers of
// 1,000) or "5GiB" (powers of 1,024).
type size int64

var units = []struct {
	suffix string
	bytes  int64
}{
	{"KiB", 1 << 10}, {"MiB", 1 << 20}, {"GiB", 1 << 30}, {"TiB", 1 << 40},
	{"KB", 1e3}, {"MB", 1e6}, {"GB", 1e9}, {"TB", 1e12}, {"B", 1},
}

// Set implements pflag.Value.
func (s *size) Set(text string) error {
	number, unit := text, int64(1)
	for _, u := range units {
		if rest, ok := strings.CutSuffix(text, u.suffix); ok {
			number, unit = strings.TrimSpace(rest), u.bytes
			break
		}
	}
	n, err := strconv.ParseInt(number, 10, 64)
	if err != nil || n < 0 || n > (1<<63-1)/unit {
		return fmt.Errorf("write a number of bytes, such as 1048576, 20MB or 5GiB")
	}
	*s = size(n * unit)
	return nil
}

// String implements pflag.Value.
func (s *size) String() string {
	for _, u := range []int{3, 2, 1, 0} {
		if n, unit := int64(*s), units[u]; n >= unit.bytes && n%unit.bytes == 0 {
			return strconv.FormatInt(n/unit.bytes, 10) + unit.suffix
		}
	}
	return strconv.FormatInt(int64(*s), 10)
}

// Type implements pflag.Value.
func (s *size) Type() string { return "size" }
