package sql

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/bytepass/bytepass/runtime/catalog"
	"github.com/bytepass/bytepass/runtime/files"
)

// columns are the columns of a record in the order in which values writes them
// and scan reads them.
var columns = []string{
	"space", "key", "rev", "status", "id", "userId", "bucket", "size", "mimeType", "etag", "versionId",
	"uploadedAt", "metadata", "name", "checksumSHA256", "reason", "deletedAt", "expiresAt",
}

func values(r files.Record, rev catalog.Revision) ([]any, error) {
	metadata, err := json.Marshal(r.Metadata)
	if err != nil {
		return nil, fmt.Errorf("metadata: %w", err)
	}
	if len(r.Metadata) == 0 {
		metadata = []byte("{}")
	}
	return []any{
		r.Space.String(), string(r.Key), int64(rev), string(r.Status), r.ID(), r.UserID(), r.Bucket, r.Size, r.MimeType, r.ETag, r.VersionID,
		millis(r.UploadedAt), string(metadata), r.Name, r.ChecksumSHA256, r.Reason, millis(r.DeletedAt), millis(r.ExpiresAt),
	}, nil
}

// scan reads a row of columns.
func scan(found row) (r files.Record, rev catalog.Revision, err error) {
	var space, id, user, metadata string
	var uploaded, deleted, expires int64
	err = found.Scan(&space, &r.Key, &rev, &r.Status, &id, &user, &r.Bucket, &r.Size, &r.MimeType, &r.ETag, &r.VersionID,
		&uploaded, &metadata, &r.Name, &r.ChecksumSHA256, &r.Reason, &deleted, &expires)
	if err != nil {
		return files.Record{}, 0, err
	}
	if r.Space, err = files.ParseSpace(space); err != nil {
		return files.Record{}, 0, err
	}
	if metadata != "{}" {
		if err := json.Unmarshal([]byte(metadata), &r.Metadata); err != nil {
			return files.Record{}, 0, fmt.Errorf("metadata of %s%s: %w", r.Space.Prefix(), r.Key, err)
		}
	}
	r.UploadedAt, r.DeletedAt, r.ExpiresAt = fromMillis(uploaded), fromMillis(deleted), fromMillis(expires)
	return r, rev, nil
}

// millis writes a time as milliseconds since 1970, and no time as 0.
func millis(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMilli()
}

func fromMillis(ms int64) time.Time {
	if ms == 0 {
		return time.Time{}
	}
	return time.UnixMilli(ms).UTC()
}
