package sign

import (
	"crypto/sha256"
	"encoding/hex"
	"testing"
)

// TestEncodeHex has every byte in every place.
func TestEncodeHex(t *testing.T) {
	for v := range 256 {
		var sum [sha256.Size]byte
		for i := range sum {
			sum[i] = byte(v + 7*i)
		}
		var got [2 * sha256.Size]byte
		encodeHex(&got, &sum)
		if want := hex.EncodeToString(sum[:]); string(got[:]) != want {
			t.Fatalf("got %s, want %s", got, want)
		}
	}
}
