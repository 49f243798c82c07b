package bucket

import (
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"github.com/bytepass/bytepass/runtime/files"
)

// particular is a store that refuses an upload, or a part, of an upload with a
// checksum of the whole, or knows its uploads by their whole key only.
type particular struct {
	MultipartClient
	create, part error
	forgets      bool // that a checksum was asked for
	keysOnly     bool

	whole     bool // how the last upload was created
	open      int
	unmatched bool // a part came for another upload
}

func (p *particular) CreateMultipartUpload(_ context.Context, in *s3.CreateMultipartUploadInput, _ ...func(*s3.Options)) (*s3.CreateMultipartUploadOutput, error) {
	p.whole = in.ChecksumType != ""
	if p.create != nil && p.whole {
		return nil, p.create
	}
	p.open++
	return &s3.CreateMultipartUploadOutput{UploadId: aws.String("id")}, nil
}

func (p *particular) UploadPart(_ context.Context, in *s3.UploadPartInput, _ ...func(*s3.Options)) (*s3.UploadPartOutput, error) {
	p.unmatched = p.unmatched || aws.ToString(in.UploadId) != "id"
	return &s3.UploadPartOutput{}, p.part
}

func (p *particular) ListParts(context.Context, *s3.ListPartsInput, ...func(*s3.Options)) (*s3.ListPartsOutput, error) {
	if p.forgets {
		return &s3.ListPartsOutput{}, nil
	}
	return &s3.ListPartsOutput{ChecksumAlgorithm: types.ChecksumAlgorithmCrc64nvme, ChecksumType: types.ChecksumTypeFullObject}, nil
}

func (p *particular) ListMultipartUploads(_ context.Context, in *s3.ListMultipartUploadsInput, _ ...func(*s3.Options)) (*s3.ListMultipartUploadsOutput, error) {
	out := &s3.ListMultipartUploadsOutput{}
	for _, key := range []string{trialKey, "u/alice/a", "u/bob/b"} {
		prefix := aws.ToString(in.Prefix)
		if p.keysOnly && prefix != "" && prefix != key || !strings.HasPrefix(key, prefix) {
			continue
		}
		out.Uploads = append(out.Uploads, types.MultipartUpload{Key: aws.String(key), UploadId: aws.String("id")})
	}
	return out, nil
}

func (p *particular) AbortMultipartUpload(context.Context, *s3.AbortMultipartUploadInput, ...func(*s3.Options)) (*s3.AbortMultipartUploadOutput, error) {
	p.open--
	return &s3.AbortMultipartUploadOutput{}, nil
}

func TestTryChecksum(t *testing.T) {
	for name, c := range map[string]struct {
		store *particular
		whole bool // uploads are created with a checksum of the whole then
		fails bool
	}{
		"as S3":          {&particular{}, true, false},
		"forgets it":     {&particular{forgets: true}, false, false},
		"refuses it":     {&particular{create: answered(501, "NotImplemented")}, false, false},
		"refuses parts":  {&particular{part: answered(400, "InvalidArgument")}, false, false},
		"forbids parts":  {&particular{part: answered(403, "AccessDenied")}, true, true},
		"forbids upload": {&particular{create: answered(403, "AccessDenied")}, true, true},
	} {
		t.Run(name, func(t *testing.T) {
			m := NewMultipart(c.store, "files")
			if err := m.Try(t.Context(), c.store); (err != nil) != c.fails {
				t.Errorf("trying: %v", err)
			}
			if c.store.open != 0 || c.store.unmatched {
				t.Errorf("%d uploads are left, parts for another: %v", c.store.open, c.store.unmatched)
			}
			space, err := files.Person("alice")
			if err != nil {
				t.Fatal(err)
			}
			_, _, err = m.CreateUpload(t.Context(), files.Upload{Space: space, Key: "a"})
			if c.store.whole != c.whole {
				t.Errorf("the next upload: checksum of the whole %v, %v", c.store.whole, err)
			}
		})
	}
}

// Uploads below a prefix are found on a store, too, that takes it for a key.
func TestTryPrefix(t *testing.T) {
	for name, store := range map[string]*particular{
		"as S3": {}, "keys only": {keysOnly: true}, "keys only, no checksums": {keysOnly: true, create: answered(501, "NotImplemented")},
	} {
		t.Run(name, func(t *testing.T) {
			m := NewMultipart(store, "files")
			if err := m.Try(t.Context(), store); err != nil {
				t.Fatal(err)
			}
			var found []string
			err := m.UnfinishedUploads(t.Context(), "u/alice/", func(u files.Unfinished) error {
				found = append(found, u.ObjectKey)
				return nil
			})
			if err != nil || !slices.Equal(found, []string{"u/alice/a"}) {
				t.Errorf("found %q, %v", found, err)
			}
		})
	}
}
