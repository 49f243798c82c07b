package bucket

import (
	"context"
	"fmt"
	"net/http"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"github.com/bytepass/bytepass/runtime/files"
)

// Delete puts a delete marker on the object and returns the marker's version
// id. It does so every time it is called, also when there is no object.
//
// It needs s3:DeleteObject.
func (b *Bucket) Delete(ctx context.Context, objectKey string) (markerVersionID string, err error) {
	out, err := b.client.DeleteObject(ctx, &s3.DeleteObjectInput{Bucket: &b.name, Key: &objectKey})
	if err != nil {
		return "", explain("DeleteObject", err)
	}
	return aws.ToString(out.VersionId), nil
}

// DeleteIfMatch puts a delete marker on the object if its current version has
// this ETag (without quotes), and returns files.ErrChanged otherwise, also
// when there is no current version.
//
// Some stores ignore the condition, and others look and delete in two steps: see
// LookingAgain.
//
// It needs s3:DeleteObject and s3:GetObject
// (https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-deletes.html).
func (b *Bucket) DeleteIfMatch(ctx context.Context, objectKey, etag string) error {
	out, err := b.client.DeleteObject(ctx, &s3.DeleteObjectInput{Bucket: &b.name, Key: &objectKey, IfMatch: aws.String(`"` + etag + `"`)})
	switch status := statusOf(err); {
	case err == nil && b.lookAgain:
		return b.whatWasHit(ctx, objectKey, etag, aws.ToString(out.VersionId))
	case err == nil:
		return nil
	case status == http.StatusPreconditionFailed, isOne(err, "ConditionalRequestConflict", "NoSuchKey"):
		return fmt.Errorf("DeleteObject: %w", files.ErrChanged)
	}
	return explain("DeleteObject", err)
}

// whatWasHit takes a marker back that hides another version than the one with
// this ETag, and returns files.ErrChanged then, also when something newer is on
// top of the marker.
func (b *Bucket) whatWasHit(ctx context.Context, objectKey, etag, marker string) error {
	history, _, err := b.Versions(ctx, objectKey, "", maxPage)
	if err != nil {
		return err
	}
	changed := fmt.Errorf("DeleteObject: %w", files.ErrChanged)
	if len(history) == 0 || history[0].VersionID != marker {
		return changed
	}
	for _, v := range history { // the first one that is no marker is the newest
		if !v.DeleteMarker && v.ETag == etag {
			return nil
		}
		if !v.DeleteMarker {
			break
		}
	}
	if err := b.RemoveMarker(ctx, objectKey, marker); err != nil {
		return err
	}
	return changed
}

// RemoveMarker removes a delete marker for good, and so brings back what it
// hides. A marker that is gone already, or goes meanwhile, is no error. S3 removes a version as
// readily as a marker, and nothing brings that back: so it asks first, and the
// error is a *files.Problem with CodeConflict if this is a version.
//
// It needs s3:DeleteObjectVersion and s3:GetObjectVersion.
func (b *Bucket) RemoveMarker(ctx context.Context, objectKey, versionID string) error {
	_, err := b.client.HeadObject(ctx, &s3.HeadObjectInput{Bucket: &b.name, Key: &objectKey, VersionId: &versionID})
	asked := statusOf(err)
	switch {
	case err == nil:
		return files.Problemf(files.CodeConflict, "versionId", "the version %s holds bytes; only delete markers can be removed", versionID)
	case asked != http.StatusMethodNotAllowed && asked != http.StatusNotFound:
		return explain("HeadObject", err)
	}
	_, err = b.client.DeleteObject(ctx, &s3.DeleteObjectInput{Bucket: &b.name, Key: &objectKey, VersionId: &versionID})
	// S3 deletes what is not there; other stores say that it is not, or that
	// there can be no such version.
	if err == nil || statusOf(err) == http.StatusNotFound || isOne(err, "InvalidArgument", "NoSuchVersion", "NoSuchKey") {
		return nil
	}
	return explain("DeleteObject", err)
}
