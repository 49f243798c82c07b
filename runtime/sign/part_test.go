package sign_test

import (
	"strings"
	"testing"
	"time"

	"github.com/bytepass/bytepass/runtime/files"
	"github.com/bytepass/bytepass/runtime/sign"
)

func TestPresignPart(t *testing.T) {
	s := newSigner(t, sign.Config{})
	part := files.PartUpload{ObjectKey: object, UploadID: "2~id+/=", Number: 10_000, Size: 10 << 20}
	query := []sign.Param{{Name: "uploadId", Value: "2~id+/="}, {Name: "partNumber", Value: "10000"}}
	length := sign.Param{Name: "Content-Length", Value: "10485760"}
	checksum := sign.Param{Name: "X-Amz-Checksum-Crc64nvme", Value: "AAAAAAAAAAA="}
	for name, tc := range map[string]struct {
		change func(*files.PartUpload)
		signed []sign.Param
	}{
		"bound to its length":                  {func(*files.PartUpload) {}, []sign.Param{length}},
		"of any length":                        {func(p *files.PartUpload) { p.Size = files.SizeUnknown }, nil},
		"bound to its length and its checksum": {func(p *files.PartUpload) { p.ChecksumCRC64NVME = checksum.Value }, []sign.Param{length, checksum}},
	} {
		t.Run(name, func(t *testing.T) {
			part := part
			tc.change(&part)
			p, err := s.PresignPart(t.Context(), part, time.Minute)
			if err != nil || p.Method != "PUT" || p.ContentLength != part.Size || p.Headers != (files.ClientHeaders{ChecksumCRC64NVME: part.ChecksumCRC64NVME}) {
				t.Fatalf("got %+v, %v", p, err)
			}
			want, _, err := s.Presign(t.Context(), sign.Request{Method: "PUT", Key: object, Life: time.Minute, Query: query, Header: tc.signed})
			if err != nil || p.URL != want {
				t.Errorf("got %s, want %s, %v", p.URL, want, err)
			}
		})
	}
	for name, change := range map[string]func(*files.PartUpload){
		"number 0":       func(p *files.PartUpload) { p.Number = 0 },
		"number 10001":   func(p *files.PartUpload) { p.Number = 10_001 },
		"-2 bytes":       func(p *files.PartUpload) { p.Size = -2 },
		"over 5 GiB":     func(p *files.PartUpload) { p.Size = 5<<30 + 1 },
		"no upload's id": func(p *files.PartUpload) { p.UploadID = "" },
	} {
		part := part
		change(&part)
		if _, err := s.PresignPart(t.Context(), part, time.Minute); err == nil {
			t.Errorf("%s was signed", name)
		}
	}
}

func TestObjectURL(t *testing.T) {
	s := newSigner(t, sign.Config{})
	p, err := s.PresignGet(t.Context(), files.Download{ObjectKey: object}, time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	if want, _, _ := strings.Cut(p.URL, "?"); s.ObjectURL(object) != want {
		t.Errorf("got %s, want %s", s.ObjectURL(object), want)
	}
}
