package bucket

import (
	"fmt"
	"net/http"

	"github.com/bytepass/bytepass/runtime/files"
)

// multipartError says what the store's answer to a multipart operation means:
// a sentinel or a problem of package files, or err with the operation's name.
// The codes are those of
// https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html, the two by
// which versitygw says that a file stands where a folder must be, and the one by
// which Ceph says that an upload is gone.
func multipartError(operation string, err error) error {
	problem := func(code files.Code, field, detail string) error {
		return &files.Problem{Code: code, Field: field, Detail: detail, Err: err}
	}
	switch {
	case isOne(err, "NoSuchUpload", "NoSuchKey"):
		return fmt.Errorf("%s: %w", operation, files.ErrUploadGone)
	case isOne(err, "InvalidPart", "InvalidPartOrder"):
		return fmt.Errorf("%s: %w", operation, files.ErrPartChanged)
	case isOne(err, "PreconditionFailed"):
		return fmt.Errorf("%s: %w", operation, files.ErrExists)
	case isOne(err, "BadDigest"):
		return problem(files.CodeInvalidChecksum, "checksumCRC64NVME", "the bytes that arrived have another CRC64NVME; send the file again")
	case isOne(err, "EntityTooSmall"):
		return problem(files.CodeInvalidParts, "parts", "a part is smaller than this store allows; only the last one may be")
	case isOne(err, "EntityTooLarge"):
		return problem(files.CodeTooLarge, "size", "the file is larger than this store allows")
	case isOne(err, "ObjectParentIsFile", "ExistingObjectIsDirectory"):
		return problem(files.CodePathConflict, "key", "this store keeps files in folders, and a file has the name of a folder in the key, or the reverse; choose another key")
	case isOne(err, "KeyTooLongError", "KeyTooLong"):
		return problem(files.CodeNameTooLong, "key", "the key is longer than this store can hold; shorten it")
	case isOne(err, "MetadataTooLarge"):
		return problem(files.CodeInvalidMetadata, "metadata", "the metadata is larger than this store allows; shorten it")
	case statusOf(err) == http.StatusInsufficientStorage:
		return storeFull(err)
	case unanswered(err):
		return problem(files.CodeUnavailable, "", "the store does not answer at the moment; try again")
	}
	return fmt.Errorf("%s: %w", operation, err)
}
