package bucket

import (
	"context"
	"math/rand/v2"
	"strings"
	"sync/atomic"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/ratelimit"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"github.com/bytepass/bytepass/runtime/files"
)

// MultipartClient is what Multipart needs of an S3 client.
type MultipartClient interface {
	CreateMultipartUpload(context.Context, *s3.CreateMultipartUploadInput, ...func(*s3.Options)) (*s3.CreateMultipartUploadOutput, error)
	ListParts(context.Context, *s3.ListPartsInput, ...func(*s3.Options)) (*s3.ListPartsOutput, error)
	ListMultipartUploads(context.Context, *s3.ListMultipartUploadsInput, ...func(*s3.Options)) (*s3.ListMultipartUploadsOutput, error)
	CompleteMultipartUpload(context.Context, *s3.CompleteMultipartUploadInput, ...func(*s3.Options)) (*s3.CompleteMultipartUploadOutput, error)
	AbortMultipartUpload(context.Context, *s3.AbortMultipartUploadInput, ...func(*s3.Options)) (*s3.AbortMultipartUploadOutput, error)
}

// Multipart controls the multipart uploads of one bucket. On AWS it needs
//
//   - s3:PutObject on the objects, to create and to complete;
//   - s3:ListMultipartUploadParts and s3:AbortMultipartUpload on the objects;
//   - s3:ListBucketMultipartUploads on the bucket;
//   - kms:GenerateDataKey to create and kms:Decrypt to complete, where the
//     bucket encrypts with a key of the customer.
//
// It is safe for concurrent use. Every method retries what the store may
// recover from (throttling, 5xx, broken connections) with jitter until its
// context ends. Errors that the caller can do something about are
// *files.Problem or one of the sentinels of package files.
type Multipart struct {
	client  MultipartClient
	bucket  string
	retryer aws.Retryer
	// plain is set once the store has refused to keep a checksum of objects
	// that come in parts, or such parts (see Try).
	plain atomic.Bool
	// keysOnly is set for a store that lists unfinished uploads of a whole key
	// or of the whole bucket, but not below a prefix (see Try).
	keysOnly atomic.Bool
}

// NewMultipart returns the Multipart of a bucket.
func NewMultipart(client MultipartClient, bucket string) *Multipart {
	return &Multipart{
		client: client, bucket: bucket,
		retryer: retry.NewStandard(func(o *retry.StandardOptions) {
			o.MaxAttempts = 12 // half a minute: the context ends first
			o.Backoff = retry.BackoffDelayerFunc(backoff)
			o.RateLimiter = ratelimit.None
		}),
	}
}

// backoff is how long to wait after the attempt, counted from 1: up to a tenth
// of a second after the first, twice that after each further one, at most 5 s,
// and any time below that, so that those who failed together do not come back
// together.
func backoff(attempt int, _ error) (time.Duration, error) {
	return rand.N(min(5*time.Second, 100*time.Millisecond<<min(attempt-1, 10))), nil
}

func (m *Multipart) options(o *s3.Options) {
	o.Retryer = m.retryer
	o.RequestChecksumCalculation = aws.RequestChecksumCalculationWhenRequired
}

// CreateUpload begins a multipart upload of u and returns the store's id. It
// asks the store for a CRC64NVME of the whole object, which S3 works out from
// its parts, so that they need no checksum of their own
// (https://docs.aws.amazon.com/AmazonS3/latest/userguide/checking-object-integrity-upload.html);
// fullChecksum says whether the store agreed.
func (m *Multipart) CreateUpload(ctx context.Context, u files.Upload) (uploadID string, fullChecksum bool, err error) {
	objectKey, err := u.Space.ObjectKey(u.Key)
	if err != nil {
		return "", false, err
	}
	in := &s3.CreateMultipartUploadInput{
		Bucket: &m.bucket, Key: &objectKey,
		Metadata: map[string]string{files.DeclarationMeta: u.Declaration.Encode()},
	}
	if u.MimeType != "" {
		in.ContentType = &u.MimeType
	}
	if !m.plain.Load() {
		askWholeChecksum(in)
	}
	out, err := m.client.CreateMultipartUpload(ctx, in, m.options)
	if in.ChecksumType != "" && refusesChecksum(err) {
		in.ChecksumAlgorithm, in.ChecksumType = "", ""
		if out, err = m.client.CreateMultipartUpload(ctx, in, m.options); err == nil {
			m.plain.Store(true)
		}
	}
	if err != nil {
		return "", false, multipartError("CreateMultipartUpload", err)
	}
	return aws.ToString(out.UploadId), isFull(out.ChecksumAlgorithm, out.ChecksumType), nil
}

// UploadedParts returns all parts that are there, by number; the error is
// files.ErrUploadGone when the store does not know the upload of this object.
func (m *Multipart) UploadedParts(ctx context.Context, objectKey, uploadID string) (files.PartList, error) {
	var list files.PartList
	pages := s3.NewListPartsPaginator(m.client, &s3.ListPartsInput{Bucket: &m.bucket, Key: &objectKey, UploadId: &uploadID},
		func(o *s3.ListPartsPaginatorOptions) { o.StopOnDuplicateToken = true })
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx, m.options)
		if err != nil {
			return files.PartList{}, multipartError("ListParts", err)
		}
		list.FullChecksum = isFull(page.ChecksumAlgorithm, page.ChecksumType)
		for _, p := range page.Parts {
			list.Parts = append(list.Parts, files.Part{
				Number: int(aws.ToInt32(p.PartNumber)), Size: aws.ToInt64(p.Size),
				ETag: unquote(p.ETag), ChecksumCRC64NVME: aws.ToString(p.ChecksumCRC64NVME),
			})
		}
	}
	return list, nil
}

// UnfinishedUploads calls visit for every upload whose object key begins with
// prefix and which was neither completed nor aborted, until visit returns an
// error, which it returns. An empty prefix is all of the bucket.
func (m *Multipart) UnfinishedUploads(ctx context.Context, prefix string, visit func(files.Unfinished) error) error {
	in := &s3.ListMultipartUploadsInput{Bucket: &m.bucket, Prefix: &prefix, EncodingType: types.EncodingTypeUrl}
	if m.keysOnly.Load() {
		in.Prefix = nil
	}
	for {
		page, err := m.client.ListMultipartUploads(ctx, in, m.options)
		if err != nil {
			return multipartError("ListMultipartUploads", err)
		}
		for _, u := range page.Uploads {
			key, err := listedKey(u.Key, page.EncodingType)
			if err != nil {
				return err
			}
			if !strings.HasPrefix(key, prefix) {
				continue
			}
			if err := visit(files.Unfinished{ObjectKey: key, UploadID: aws.ToString(u.UploadId), StartedAt: aws.ToTime(u.Initiated).UTC()}); err != nil {
				return err
			}
		}
		next, err := listedKey(page.NextKeyMarker, page.EncodingType)
		if err != nil {
			return err
		}
		if !aws.ToBool(page.IsTruncated) || next == aws.ToString(in.KeyMarker) && aws.ToString(page.NextUploadIdMarker) == aws.ToString(in.UploadIdMarker) {
			return nil
		}
		in.KeyMarker, in.UploadIdMarker = &next, page.NextUploadIdMarker
	}
}

// CompleteUpload makes the object of c's parts. The store checks their ETags,
// the size of the whole and, if c has one, the checksum. The error is
// files.ErrUploadGone, files.ErrPartChanged, files.ErrExists (c.NoOverwrite,
// where the store honours If-None-Match), or a *files.Problem with
// CodeInvalidChecksum when the bytes are others.
func (m *Multipart) CompleteUpload(ctx context.Context, c files.Completion) (files.Completed, error) {
	size := c.Size()
	in := &s3.CompleteMultipartUploadInput{
		Bucket: &m.bucket, Key: &c.ObjectKey, UploadId: &c.UploadID, MpuObjectSize: &size,
		MultipartUpload: &types.CompletedMultipartUpload{Parts: make([]types.CompletedPart, len(c.Parts))},
	}
	for i, p := range c.Parts {
		part := types.CompletedPart{PartNumber: aws.Int32(int32(p.Number)), ETag: aws.String(`"` + p.ETag + `"`)} //nolint:gosec // at most 10,000
		if p.ChecksumCRC64NVME != "" {
			part.ChecksumCRC64NVME = &p.ChecksumCRC64NVME
		}
		in.MultipartUpload.Parts[i] = part
	}
	if c.NoOverwrite {
		in.IfNoneMatch = aws.String("*")
	}
	if c.ChecksumCRC64NVME != "" {
		in.ChecksumCRC64NVME, in.ChecksumType = &c.ChecksumCRC64NVME, types.ChecksumTypeFullObject
	}
	out, err := m.client.CompleteMultipartUpload(ctx, in, m.options)
	if err != nil {
		return files.Completed{}, multipartError("CompleteMultipartUpload", err)
	}
	done := files.Completed{ETag: unquote(out.ETag), VersionID: aws.ToString(out.VersionId)}
	if out.ChecksumType == types.ChecksumTypeFullObject {
		done.ChecksumCRC64NVME = aws.ToString(out.ChecksumCRC64NVME)
	}
	return done, nil
}

// AbortUpload forgets the upload and its parts; the error is
// files.ErrUploadGone when the store does not know it.
func (m *Multipart) AbortUpload(ctx context.Context, objectKey, uploadID string) error {
	_, err := m.client.AbortMultipartUpload(ctx, &s3.AbortMultipartUploadInput{Bucket: &m.bucket, Key: &objectKey, UploadId: &uploadID}, m.options)
	if err != nil {
		return multipartError("AbortMultipartUpload", err)
	}
	return nil
}

func isFull(algorithm types.ChecksumAlgorithm, kind types.ChecksumType) bool {
	return algorithm == types.ChecksumAlgorithmCrc64nvme && kind == types.ChecksumTypeFullObject
}

func unquote(etag *string) string { return strings.Trim(aws.ToString(etag), `"`) }
