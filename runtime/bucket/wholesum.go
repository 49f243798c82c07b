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

// PartClient is what TryWholeChecksum needs of an S3 client.
type PartClient interface {
	UploadPart(context.Context, *s3.UploadPartInput, ...func(*s3.Options)) (*s3.UploadPartOutput, error)
}

// TryWholeChecksum finds out whether the store can work out the checksum of a
// whole object from parts that come without one, as S3 can and as browsers send
// them; MinIO refuses such parts, and SeaweedFS agrees and forgets it. From then
// on uploads are created as the store can take them. It begins an upload, sends a part of one byte, and aborts it;
// the error is a store that does not answer, or forbids that.
func (m *Multipart) TryWholeChecksum(ctx context.Context, parts PartClient) error {
	in := &s3.CreateMultipartUploadInput{Bucket: &m.bucket, Key: aws.String(trialKey)}
	askWholeChecksum(in)
	upload, err := m.client.CreateMultipartUpload(ctx, in, m.options)
	if refusesChecksum(err) {
		m.plain.Store(true)
		return nil
	}
	if err != nil {
		return multipartError("CreateMultipartUpload", err)
	}
	_, err = parts.UploadPart(ctx, &s3.UploadPartInput{
		Bucket: &m.bucket, Key: in.Key, UploadId: upload.UploadId, PartNumber: aws.Int32(1), Body: strings.NewReader("x"),
	}, m.options)
	if refusesChecksum(err) {
		m.plain.Store(true)
		err = nil
	}
	if err != nil {
		err = multipartError("UploadPart", err)
	} else if !m.plain.Load() {
		var list files.PartList
		list, err = m.UploadedParts(ctx, trialKey, aws.ToString(upload.UploadId))
		m.plain.Store(err == nil && !list.FullChecksum)
	}
	_, aborted := m.client.AbortMultipartUpload(ctx, &s3.AbortMultipartUploadInput{Bucket: &m.bucket, Key: in.Key, UploadId: upload.UploadId}, m.options)
	if aborted != nil && !errors.Is(multipartError("AbortMultipartUpload", aborted), files.ErrUploadGone) {
		err = errors.Join(err, multipartError("AbortMultipartUpload", aborted))
	}
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
