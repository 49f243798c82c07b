package api

import (
	"context"
	"fmt"
	"time"

	"github.com/bytepass/bytepass/runtime/files"
)

// File is a record as the caller sees it.
type File struct {
	ID             string            `json:"id" doc:"Stable for the key, also after it was deleted and uploaded again" example:"0c7f6ee7745e14b482609cfa41c619f4"`
	Key            string            `json:"key" doc:"The file's key in its space" example:"photos/a.jpg"`
	Bucket         string            `json:"bucket" doc:"The bucket that holds it" example:"bytepass-dev"`
	Size           int64             `json:"size" doc:"Bytes" example:"1024"`
	MimeType       string            `json:"mimeType" doc:"The media type it was uploaded with; empty if unknown" example:"image/jpeg"`
	ETag           string            `json:"etag" doc:"The store's tag of the bytes, without quotes" example:"d41d8cd98f00b204e9800998ecf8427e"`
	VersionID      string            `json:"versionId,omitempty" doc:"The version that is described" example:"3sL4kqtJlcpXroDTDmJ.rmSpXd3dIbrHY"`
	UploadedAt     time.Time         `json:"uploadedAt" doc:"When the version arrived" example:"2026-01-02T15:04:05Z"`
	Metadata       map[string]string `json:"metadata,omitempty" doc:"What the uploader wanted kept with it"`
	Name           string            `json:"name,omitempty" doc:"Its display name, if it has one" example:"Beach at dawn.jpg"`
	ChecksumSHA256 string            `json:"checksumSHA256,omitempty" doc:"Its SHA-256 in base64, if known"`
	Status         string            `json:"status" enum:"stored,rejected,deleted" doc:"stored; rejected: what arrived was not what was declared; deleted"`
	Reason         string            `json:"reason,omitempty" doc:"Why it was rejected"`
	UserID         string            `json:"userId,omitempty" doc:"Its owner, if a person" example:"alice"`
	DeletedAt      *time.Time        `json:"deletedAt,omitempty" doc:"When it was seen to be gone"`
	URL            string            `json:"url,omitempty" doc:"Where to GET the bytes of this version. Whoever has it may do so: treat it as a secret"`
	URLExpiresAt   *time.Time        `json:"urlExpiresAt,omitempty" doc:"When the url is no longer accepted"`
}

func fileOf(r files.Record) File {
	f := File{
		ID: r.ID(), Key: string(r.Key), Bucket: r.Bucket, Size: r.Size, MimeType: r.MimeType, ETag: r.ETag,
		VersionID: r.VersionID, UploadedAt: r.UploadedAt, Metadata: r.Metadata, Name: r.Name,
		ChecksumSHA256: r.ChecksumSHA256, Status: string(r.Status), Reason: r.Reason, UserID: r.UserID(),
	}
	if !r.DeletedAt.IsZero() {
		f.DeletedAt = &r.DeletedAt
	}
	return f
}

// withURL adds a download URL that is pinned to the record's version.
func (s *service) withURL(ctx context.Context, r files.Record, inline bool) (File, error) {
	f := fileOf(r)
	object, err := r.Space.ObjectKey(r.Key)
	if err != nil {
		return File{}, err
	}
	name := r.Name
	if name == "" {
		name = r.Key.Name()
	}
	signed, err := s.Downloads.PresignGet(ctx, Download{
		ObjectKey: object, VersionID: r.VersionID,
		Disposition: files.Disposition(inline, r.MimeType, name),
		// The bytes of a version never change, but nobody may keep them for others.
		CacheControl: fmt.Sprintf("private, max-age=%d", int(s.Limits.Get.Seconds())),
	}, s.Limits.Get)
	if err != nil {
		return File{}, err
	}
	f.URL, f.URLExpiresAt = signed.URL, &signed.ExpiresAt
	return f, nil
}
