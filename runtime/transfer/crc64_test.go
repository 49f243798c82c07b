package transfer

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"hash/crc64"
	"testing"

	"github.com/minio/crc64nvme"
	"pgregory.net/rapid"
)

// nvmeTable is that of the standard library, which has no CRC64NVME of its own
// and uses no instruction of the processor's.
var nvmeTable = crc64.MakeTable(nvmePolynomial)

// TestCRC64NVME computes the check value of the CRC catalogue: "123456789".
func TestCRC64NVME(t *testing.T) {
	if got := crc64nvme.Checksum([]byte("123456789")); got != 0xae8b14860a799888 {
		t.Errorf("%#x", got)
	}
	if got := encodeCRC(0xae8b14860a799888); got != "rosUhgp5mIg=" {
		t.Errorf("encoded %s", got)
	}
}

func TestCombineCRC(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a := rapid.SliceOf(rapid.Byte()).Draw(t, "first")
		b := rapid.SliceOf(rapid.Byte()).Draw(t, "second")
		got := combineCRC(crc64.Checksum(a, nvmeTable), crc64.Checksum(b, nvmeTable), int64(len(b)))
		if want := crc64.Checksum(append(a, b...), nvmeTable); got != want {
			t.Fatalf("%#x, want %#x", got, want)
		}
	})
}

func TestFingerprint(t *testing.T) {
	for _, size := range []int{0, 1, block - 1, block, block + 1, 12*block + 345} {
		body := bytes.Repeat([]byte("fingerprint"), size/11+1)[:size]
		f, err := takeFingerprint(t.Context(), bytes.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		sum := sha256.Sum256(body)
		if f.size != int64(size) || f.sha256 != base64.StdEncoding.EncodeToString(sum[:]) || f.whole() != crc64.Checksum(body, nvmeTable) {
			t.Errorf("%d bytes: %+v", size, f)
		}
		if size > 10*block {
			if got, want := f.crc(10*block, int64(size-10*block)), crc64.Checksum(body[10*block:], nvmeTable); got != want {
				t.Errorf("the last part: %#x, want %#x", got, want)
			}
		}
	}
}

func BenchmarkFingerprint(b *testing.B) {
	body := make([]byte, 64<<20)
	b.SetBytes(int64(len(body)))
	for b.Loop() {
		if _, err := takeFingerprint(b.Context(), bytes.NewReader(body)); err != nil {
			b.Fatal(err)
		}
	}
}

func TestPrefixCRC(t *testing.T) {
	content := []byte("every beginning of this, and of no other")
	for n := range len(content) + 1 {
		if found, err := hasPrefixCRC(bytes.NewReader(content), encodeCRC(crc64.Checksum(content[:n], nvmeTable))); !found || err != nil {
			t.Errorf("the first %d bytes are not found: %v", n, err)
		}
	}
	for _, other := range []string{encodeCRC(crc64.Checksum(content[1:], nvmeTable)), "", "AAA=", "no base64"} {
		if found, err := hasPrefixCRC(bytes.NewReader(content), other); found || err != nil {
			t.Errorf("%q is found: %v", other, err)
		}
	}
}
