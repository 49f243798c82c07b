package embedded

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/versity/versitygw/s3response"
)

// What requests to a store call, each with its errors reported.

func (r *reporting) GetBucketVersioning(ctx context.Context, bucket string) (s3response.GetBucketVersioningOutput, error) {
	out, err := r.backend.GetBucketVersioning(ctx, bucket)
	return out, r.report("GetBucketVersioning", err)
}

func (r *reporting) GetBucketAcl(ctx context.Context, in *s3.GetBucketAclInput) ([]byte, error) {
	out, err := r.backend.GetBucketAcl(ctx, in)
	return out, r.report("GetBucketAcl", err)
}

func (r *reporting) GetBucketPolicy(ctx context.Context, bucket string) ([]byte, error) {
	out, err := r.backend.GetBucketPolicy(ctx, bucket)
	return out, r.report("GetBucketPolicy", err)
}

func (r *reporting) GetBucketCors(ctx context.Context, bucket string) ([]byte, error) {
	out, err := r.backend.GetBucketCors(ctx, bucket)
	return out, r.report("GetBucketCors", err)
}

func (r *reporting) HeadBucket(ctx context.Context, in *s3.HeadBucketInput) (*s3.HeadBucketOutput, error) {
	out, err := r.backend.HeadBucket(ctx, in)
	return out, r.report("HeadBucket", err)
}

func (r *reporting) PutObject(ctx context.Context, in s3response.PutObjectInput) (s3response.PutObjectOutput, error) {
	out, err := r.backend.PutObject(ctx, in)
	return out, r.report("PutObject", err)
}

func (r *reporting) GetObject(ctx context.Context, in *s3.GetObjectInput) (*s3.GetObjectOutput, error) {
	out, err := r.backend.GetObject(ctx, in)
	return out, r.report("GetObject", err)
}

func (r *reporting) HeadObject(ctx context.Context, in *s3.HeadObjectInput) (*s3.HeadObjectOutput, error) {
	out, err := r.backend.HeadObject(ctx, in)
	return out, r.report("HeadObject", err)
}

func (r *reporting) GetObjectAttributes(ctx context.Context, in *s3.GetObjectAttributesInput) (s3response.GetObjectAttributesResponse, error) {
	out, err := r.backend.GetObjectAttributes(ctx, in)
	return out, r.report("GetObjectAttributes", err)
}

func (r *reporting) CopyObject(ctx context.Context, in s3response.CopyObjectInput) (s3response.CopyObjectOutput, error) {
	out, err := r.backend.CopyObject(ctx, in)
	return out, r.report("CopyObject", err)
}

func (r *reporting) DeleteObject(ctx context.Context, in *s3.DeleteObjectInput) (*s3.DeleteObjectOutput, error) {
	out, err := r.backend.DeleteObject(ctx, in)
	return out, r.report("DeleteObject", err)
}

func (r *reporting) DeleteObjects(ctx context.Context, in *s3.DeleteObjectsInput) (s3response.DeleteResult, error) {
	out, err := r.backend.DeleteObjects(ctx, in)
	return out, r.report("DeleteObjects", err)
}

func (r *reporting) ListObjects(ctx context.Context, in *s3.ListObjectsInput) (s3response.ListObjectsResult, error) {
	out, err := r.backend.ListObjects(ctx, in)
	return out, r.report("ListObjects", err)
}

func (r *reporting) ListObjectsV2(ctx context.Context, in *s3.ListObjectsV2Input) (s3response.ListObjectsV2Result, error) {
	out, err := r.backend.ListObjectsV2(ctx, in)
	return out, r.report("ListObjectsV2", err)
}

func (r *reporting) ListObjectVersions(ctx context.Context, in *s3.ListObjectVersionsInput) (s3response.ListVersionsResult, error) {
	out, err := r.backend.ListObjectVersions(ctx, in)
	return out, r.report("ListObjectVersions", err)
}

func (r *reporting) CreateMultipartUpload(ctx context.Context, in s3response.CreateMultipartUploadInput) (s3response.InitiateMultipartUploadResult, error) {
	out, err := r.backend.CreateMultipartUpload(ctx, in)
	return out, r.report("CreateMultipartUpload", err)
}

func (r *reporting) ListMultipartUploads(ctx context.Context, in *s3.ListMultipartUploadsInput) (s3response.ListMultipartUploadsResult, error) {
	out, err := r.backend.ListMultipartUploads(ctx, in)
	return out, r.report("ListMultipartUploads", err)
}

func (r *reporting) ListParts(ctx context.Context, in *s3.ListPartsInput) (s3response.ListPartsResult, error) {
	out, err := r.backend.ListParts(ctx, in)
	return out, r.report("ListParts", err)
}

func (r *reporting) UploadPart(ctx context.Context, in *s3.UploadPartInput) (*s3.UploadPartOutput, error) {
	out, err := r.backend.UploadPart(ctx, in)
	return out, r.report("UploadPart", err)
}

func (r *reporting) UploadPartCopy(ctx context.Context, in *s3.UploadPartCopyInput) (s3response.CopyPartResult, error) {
	out, err := r.backend.UploadPartCopy(ctx, in)
	return out, r.report("UploadPartCopy", err)
}

func (r *reporting) CompleteMultipartUpload(ctx context.Context, in *s3.CompleteMultipartUploadInput) (s3response.CompleteMultipartUploadResult, string, error) {
	out, version, err := r.backend.CompleteMultipartUpload(ctx, in)
	return out, version, r.report("CompleteMultipartUpload", err)
}

func (r *reporting) AbortMultipartUpload(ctx context.Context, in *s3.AbortMultipartUploadInput) error {
	return r.report("AbortMultipartUpload", r.backend.AbortMultipartUpload(ctx, in))
}
