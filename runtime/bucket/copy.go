package bucket

import (
	"context"
	"net/http"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/aws/smithy-go/encoding/httpbinding"

	"github.com/bytepass/bytepass/runtime/files"
)

// maxCopy is the largest object that S3 copies in one request
// (https://docs.aws.amazon.com/AmazonS3/latest/API/API_CopyObject.html).
const maxCopy = 5 << 30

// CopyVersion puts a copy of an older version, with its metadata, on top and
// returns the new version's id. The error is a *files.Problem with
// CodeTooLargeToCopy over 5 GiB, and CodeNotFound if there is no such version
// or it is a delete marker.
//
// It needs s3:GetObjectVersion and s3:PutObject.
func (b *Bucket) CopyVersion(ctx context.Context, objectKey, versionID string) (newVersionID string, err error) {
	head, err := b.client.HeadObject(ctx, &s3.HeadObjectInput{Bucket: &b.name, Key: &objectKey, VersionId: &versionID})
	switch status := statusOf(err); {
	case status == http.StatusNotFound, status == http.StatusMethodNotAllowed, status == http.StatusBadRequest:
		return "", files.Problemf(files.CodeNotFound, "versionId", "there is no version %q of this file", versionID)
	case err != nil:
		return "", explain("HeadObject", err)
	}
	if size := aws.ToInt64(head.ContentLength); size > maxCopy {
		return "", files.Problemf(files.CodeTooLargeToCopy, "versionId",
			"the version has %d bytes, and the store copies at most %d in one step; `bytepass restore` does it in parts", size, int64(maxCopy))
	}
	out, err := b.client.CopyObject(ctx, &s3.CopyObjectInput{
		Bucket: &b.name, Key: &objectKey, MetadataDirective: types.MetadataDirectiveCopy,
		CopySource: aws.String(b.name + "/" + httpbinding.EscapePath(objectKey, false) + "?versionId=" + httpbinding.EscapePath(versionID, true)),
	})
	if err != nil {
		if isOne(err, "NoSuchVersion", "NoSuchKey") {
			return "", &files.Problem{Code: files.CodeNotFound, Field: "versionId", Detail: "the version is gone by now", Err: err}
		}
		return "", explain("CopyObject", err)
	}
	return aws.ToString(out.VersionId), nil
}
