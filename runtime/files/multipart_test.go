package files

import (
	"errors"
	"strings"
	"testing"
)

func TestNewMultipart(t *testing.T) {
	alice, err := Person("alice")
	if err != nil {
		t.Fatal(err)
	}
	limits := Limits{MaxSize: 6 << 40, MaxMetadata: 1900, AllowedTypes: []string{"video/*"}}
	size := func(n int64) *int64 { return &n }
	intent := func(change func(*Intent)) Intent {
		in := Intent{Key: "film.mp4", MimeType: "video/mp4", Size: size(20 << 30)}
		change(&in)
		return in
	}
	for name, tc := range map[string]struct {
		in    Intent
		crc   string
		code  Code
		field string
	}{
		"over the limit of one request": {in: intent(func(*Intent) {})},
		"empty":                         {in: intent(func(in *Intent) { in.Size = size(0) })},
		"unknown size":                  {in: intent(func(in *Intent) { in.Size = nil })},
		"with a checksum":               {in: intent(func(*Intent) {}), crc: "AAAAAAAAAAA="},
		"over the limit":                {in: intent(func(in *Intent) { in.Size = size(6<<40 + 1) }), code: CodeTooLarge, field: "size"},
		"negative":                      {in: intent(func(in *Intent) { in.Size = size(-1) }), code: CodeInvalidSize, field: "size"},
		"no key":                        {in: intent(func(in *Intent) { in.Key = "" }), code: CodeInvalidKey, field: "key"},
		"another type":                  {in: intent(func(in *Intent) { in.MimeType = "image/png" }), code: CodeTypeNotAllowed, field: "mimeType"},
		"no CRC64NVME":                  {in: intent(func(*Intent) {}), crc: "AAAAAA==", code: CodeInvalidChecksum, field: "checksumCRC64NVME"},
		"no SHA-256":                    {in: intent(func(in *Intent) { in.ChecksumSHA256 = "x" }), code: CodeInvalidChecksum, field: "checksumSHA256"},
		// What fits a single request does not fit beside the nonce and the type.
		"metadata that fills the header": {
			in:   intent(func(in *Intent) { in.Metadata = map[string]string{"note": strings.Repeat("x", 1850)} }),
			code: CodeInvalidMetadata, field: "metadata",
		},
	} {
		t.Run(name, func(t *testing.T) {
			u, err := NewMultipart(alice, tc.in, tc.crc, "nonce", limits)
			if CodeOf(err) != tc.code {
				t.Fatalf("error %v, want code %q", err, tc.code)
			}
			if err != nil {
				var p *Problem
				if !errors.As(err, &p) || p.Field != tc.field {
					t.Errorf("%v, want the field %q", err, tc.field)
				}
				return
			}
			d := u.Declaration
			if d.Nonce != "nonce" || d.Type != "video/mp4" || d.ChecksumCRC64NVME != tc.crc {
				t.Errorf("declares %+v", d)
			}
			if tc.in.Size == nil {
				if u.Size != SizeUnknown || d.Size != nil || *d.MaxSize != limits.MaxSize {
					t.Errorf("size %d, declares %+v", u.Size, d)
				}
			} else if u.Size != *tc.in.Size || *d.Size != u.Size || d.MaxSize != nil {
				t.Errorf("size %d, declares %+v", u.Size, d)
			}
		})
	}
}

func TestNewMultipartAtTheLimitOfS3(t *testing.T) {
	alice, err := Person("alice")
	if err != nil {
		t.Fatal(err)
	}
	most, over := MaxMultipart, MaxMultipart+1
	limits := Limits{MaxSize: 50 << 40, MaxMetadata: 1900}
	if _, err := NewMultipart(alice, Intent{Key: "k", Size: &most}, "", "n", limits); err != nil {
		t.Errorf("the largest object: %v", err)
	}
	if _, err := NewMultipart(alice, Intent{Key: "k", Size: &over}, "", "n", limits); CodeOf(err) != CodeTooLarge {
		t.Errorf("one byte more: %v", err)
	}
}

func TestVerdictOnTheChecksumOfParts(t *testing.T) {
	head := Head{ChecksumCRC64NVME: "AAAAAAAAAAA=", Declared: true, Declaration: Declaration{ChecksumCRC64NVME: "AAAAAAAAAAA="}}
	if v := head.Verdict(); v != "" {
		t.Errorf("the same checksum is rejected: %s", v)
	}
	head.Declaration.ChecksumCRC64NVME = "AAAAAAAAAAE="
	if v := head.Verdict(); !strings.Contains(v, "CRC64NVME") {
		t.Errorf("another checksum: %q", v)
	}
	head.ChecksumCRC64NVME = ""
	if v := head.Verdict(); v != "" {
		t.Errorf("a store that keeps none: %s", v)
	}
}
