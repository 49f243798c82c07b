package env

import "testing"

func TestSizes(t *testing.T) {
	for text, want := range map[string]int64{
		"0": 0, "7": 7, "7B": 7, "20MB": 20e6, "20 MB": 20e6, "5GiB": 5 << 30, "1KiB": 1024, "1TB": 1e12, "9223372036854775807": 1<<63 - 1,
	} {
		if got, ok := ParseSize(text); !ok || got != want {
			t.Errorf("%q is %d, %v; want %d", text, got, ok, want)
		}
	}
	for _, text := range []string{"", "x", "-1", "+1", "1.5GB", "MB", " 1", "9223372036854775808", "9223372036854775807KB", "9999999TiB", "5 G", "5gib", "1  MB", "1\nMB"} {
		if got, ok := ParseSize(text); ok {
			t.Errorf("%q was taken for %d", text, got)
		}
	}
	for n, want := range map[int64]string{5 << 30: "5GiB", 1 << 40: "1TiB", 50 << 40: "50TiB", 1000: "1000", 0: "0", 1023: "1023"} {
		if got := FormatSize(n); got != want {
			t.Errorf("%d is shown as %q, want %q", n, got, want)
		}
		if back, ok := ParseSize(want); !ok || back != n {
			t.Errorf("%q reads as %d", want, back)
		}
	}
}
