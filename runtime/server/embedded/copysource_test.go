package embedded

import (
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/aws/smithy-go/encoding/httpbinding"
)

// A key may hold what separates a copy source's key from its version.
func TestCopySourceWithAQueryInItsKey(t *testing.T) {
	both(t, func(t *testing.T, c *s3.Client, _ *told) {
		const to = "u/alice/copy"
		for _, key := range []string{"u/alice/a?versionId=b", "u/alice/?versionId=", "u/alice/what?versionId=x?versionId=y/+ %é"} {
			source := "files/" + httpbinding.EscapePath(key, false)
			copied := func(source string) (string, error) {
				out, err := c.CopyObject(t.Context(), &s3.CopyObjectInput{Bucket: bucket, Key: aws.String(to), CopySource: &source})
				if err != nil {
					return "", err
				}
				return strings.Join(strings.Fields(content(t, c, to))[:2], " ") + " " + aws.ToString(out.CopySourceVersionId), nil
			}
			older, current := mustPut(t, c, key, "one"), mustPut(t, c, key, "two")
			for what, want := range map[string]string{
				source: "two two ", source + "?versionId=" + current: "two two " + current, source + "?versionId=" + older: "one one " + older,
			} {
				if got, err := copied(what); err != nil || got != want {
					t.Errorf("a copy of %s is %q, want %q: %v", what, got, want, err)
				}
			}
			part(t, c, source+"?versionId="+older, "one")
			marker := remove(t, c, key, "")
			for _, none := range []string{source, source + "?versionId=" + marker, source + "?versionId=01ARZ3NDEKTSV4RRFFQ69G5FAV"} {
				if got, err := copied(none); err == nil || !strings.Contains(err.Error(), "StatusCode: 404") {
					t.Errorf("a copy of %s is %q: %v", none, got, err)
				}
			}
			if got, err := copied(source + "?versionId=" + older); err != nil || got != "one one "+older {
				t.Errorf("a copy of a version below a marker is %q: %v", got, err)
			}
		}
		if got := listObjects(t, c, "", 1000); len(got) != 2 {
			t.Errorf("the objects are %q, want the copies only", got)
		}
	})
}

// part copies a source as the one part of an upload.
func part(t *testing.T, c *s3.Client, source, want string) {
	t.Helper()
	upload, err := c.CreateMultipartUpload(t.Context(), &s3.CreateMultipartUploadInput{Bucket: bucket, Key: aws.String("u/alice/parts")})
	if err != nil {
		t.Fatal(err)
	}
	out, err := c.UploadPartCopy(t.Context(), &s3.UploadPartCopyInput{Bucket: bucket, Key: upload.Key, UploadId: upload.UploadId, PartNumber: aws.Int32(1), CopySource: &source})
	if err != nil {
		t.Errorf("a part of %s: %v", source, err)
		return
	}
	if _, err := c.CompleteMultipartUpload(t.Context(), &s3.CompleteMultipartUploadInput{
		Bucket: bucket, Key: upload.Key, UploadId: upload.UploadId,
		MultipartUpload: &types.CompletedMultipartUpload{Parts: []types.CompletedPart{{PartNumber: aws.Int32(1), ETag: out.CopyPartResult.ETag}}},
	}); err != nil {
		t.Fatal(err)
	}
	if got := content(t, c, "u/alice/parts"); !strings.HasPrefix(got, want+" ") {
		t.Errorf("what came of a part of %s is %q, want %q", source, got, want)
	}
}
