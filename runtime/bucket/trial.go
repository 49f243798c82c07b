package bucket

import (
	"context"
	"errors"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"github.com/bytepass/bytepass/runtime/files"
)

// trialKey is the object key of an upload that is aborted at once. It is in
// nobody's space, whose keys have three segments, but below the prefix that the
// server may write to.
const trialKey = "u/.bytepass-trial"

// PartClient is what Multipart.Try needs of an S3 client.
type PartClient interface {
	UploadPart(context.Context, *s3.UploadPartInput, ...func(*s3.Options)) (*s3.UploadPartOutput, error)
}

// Try finds out on an upload of one byte, which it aborts, where the store goes
// its own way, and from then on the store is asked as it can answer:
//
//   - S3 works out the checksum of a whole object from parts that come without
//     one, as browsers send them; MinIO refuses such parts, and SeaweedFS agrees
//     and forgets it;
//   - S3 lists the unfinished uploads below a prefix; MinIO takes the prefix for
//     a key.
//
// The error is a store that does not answer, or forbids that.
func (m *Multipart) Try(ctx context.Context, parts PartClient) error {
	id, err := m.beginTrial(ctx)
	if err != nil {
		return err
	}
	err = errors.Join(m.tryPart(ctx, parts, id), m.tryPrefix(ctx, id))
	if aborted := m.AbortUpload(ctx, trialKey, id); aborted != nil && !errors.Is(aborted, files.ErrUploadGone) {
		err = errors.Join(err, aborted)
	}
	return err
}

func (m *Multipart) beginTrial(ctx context.Context) (id string, err error) {
	in := &s3.CreateMultipartUploadInput{Bucket: &m.bucket, Key: aws.String(trialKey)}
	askWholeChecksum(in)
	upload, err := m.client.CreateMultipartUpload(ctx, in, m.options)
	if refusesChecksum(err) {
		m.plain.Store(true)
		upload, err = m.client.CreateMultipartUpload(ctx, &s3.CreateMultipartUploadInput{Bucket: &m.bucket, Key: in.Key}, m.options)
	}
	if err != nil {
		return "", multipartError("CreateMultipartUpload", err)
	}
	return aws.ToString(upload.UploadId), nil
}

func (m *Multipart) tryPart(ctx context.Context, parts PartClient, id string) error {
	if m.plain.Load() {
		return nil
	}
	_, err := parts.UploadPart(ctx, &s3.UploadPartInput{
		Bucket: &m.bucket, Key: aws.String(trialKey), UploadId: &id, PartNumber: aws.Int32(1), Body: strings.NewReader("x"),
	}, m.options)
	if refusesChecksum(err) {
		m.plain.Store(true)
		return nil
	}
	if err != nil {
		return multipartError("UploadPart", err)
	}
	list, err := m.UploadedParts(ctx, trialKey, id)
	m.plain.Store(err == nil && !list.FullChecksum)
	return err
}

func (m *Multipart) tryPrefix(ctx context.Context, id string) error {
	found := false
	err := m.UnfinishedUploads(ctx, trialKey[:len(trialKey)-1], func(u files.Unfinished) error {
		found = found || u.UploadID == id
		return nil
	})
	m.keysOnly.Store(err == nil && !found)
	return err
}

func askWholeChecksum(in *s3.CreateMultipartUploadInput) {
	in.ChecksumAlgorithm, in.ChecksumType = types.ChecksumAlgorithmCrc64nvme, types.ChecksumTypeFullObject
}

// refusesChecksum reports whether the store says that it does not do checksums
// in this way.
func refusesChecksum(err error) bool {
	return err != nil && isOne(err, "NotImplemented", "InvalidRequest", "InvalidArgument")
}
