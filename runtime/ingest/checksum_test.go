package ingest

import (
	"testing"

	"github.com/bytepass/bytepass/runtime/files"
)

// TestTheDeclaredSHA256 is taken over only where the bytes are those that were
// declared, by the checksum that the store computed.
func TestTheDeclaredSHA256(t *testing.T) {
	const declared, computed = "declared", "computed"
	for name, tc := range map[string]struct {
		head files.Head
		want string
	}{
		"in parts":              {files.Head{ChecksumCRC64NVME: "crc", Declaration: files.Declaration{ChecksumSHA256: declared, ChecksumCRC64NVME: "crc"}}, declared},
		"the store computes it": {files.Head{ChecksumSHA256: computed, ChecksumCRC64NVME: "crc", Declaration: files.Declaration{ChecksumSHA256: declared, ChecksumCRC64NVME: "crc"}}, computed},
		"no other checksum":     {files.Head{Declaration: files.Declaration{ChecksumSHA256: declared}}, ""},
		"declared alone":        {files.Head{Declaration: files.Declaration{ChecksumSHA256: declared, ChecksumCRC64NVME: "crc"}}, ""},
		"other bytes":           {files.Head{ChecksumCRC64NVME: "other", Declaration: files.Declaration{ChecksumSHA256: declared, ChecksumCRC64NVME: "crc"}}, ""},
	} {
		tc.head.Declared = true
		if r := newBench(t).present(files.Record{}, tc.head); r.ChecksumSHA256 != tc.want {
			t.Errorf("%s: the record says %q, want %q", name, r.ChecksumSHA256, tc.want)
		}
	}
}
