package bucket

import (
	"context"
	"net/http"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"github.com/bytepass/bytepass/runtime/files"
)

// Head returns the object's current version. found is false only when the
// store said 404; everything else that is no answer is an error.
//
// It needs s3:GetObject, and s3:ListBucket on the bucket: without that S3 says
// 403 when a key is not there.
func (b *Bucket) Head(ctx context.Context, objectKey string) (head files.Head, found bool, err error) {
	out, err := b.client.HeadObject(ctx, &s3.HeadObjectInput{Bucket: &b.name, Key: &objectKey, ChecksumMode: types.ChecksumModeEnabled})
	if statusOf(err) == http.StatusNotFound {
		return files.Head{}, false, nil
	}
	if err != nil {
		return files.Head{}, false, explain("HeadObject", err)
	}
	declaration, declared := files.ParseDeclaration(out.Metadata[files.DeclarationMeta])
	return files.Head{
		Size:              aws.ToInt64(out.ContentLength),
		MimeType:          aws.ToString(out.ContentType),
		ETag:              unquote(out.ETag),
		VersionID:         aws.ToString(out.VersionId),
		LastModified:      aws.ToTime(out.LastModified).UTC(),
		ChecksumSHA256:    fullChecksum(out.ChecksumSHA256, out.ChecksumType),
		ChecksumCRC64NVME: fullChecksum(out.ChecksumCRC64NVME, out.ChecksumType),
		Declaration:       declaration,
		Declared:          declared,
	}, true, nil
}

// fullChecksum returns a checksum if it is the whole object's. That of an
// object that came in parts can be one of its parts' checksums: S3 says so in
// the type, older stores only by a hyphen and the number of parts behind it.
func fullChecksum(checksum *string, kind types.ChecksumType) string {
	sum := aws.ToString(checksum)
	if kind == types.ChecksumTypeComposite || strings.Contains(sum, "-") {
		return ""
	}
	return sum
}
