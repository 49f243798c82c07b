package api

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/bytepass/bytepass/runtime/files"
)

type versionsInput struct {
	KeyQuery
	Limit int `query:"limit" minimum:"1" maximum:"1000" default:"100" doc:"The most entries, newest first"`
}

// Version is one entry of a file's history.
type Version struct {
	VersionID    string    `json:"versionId" doc:"Its id, for GET /api/file and POST /api/restore" example:"3sL4kqtJlcpXroDTDmJ.rmSpXd3dIbrHY"`
	Latest       bool      `json:"latest" doc:"It is the one on top"`
	DeleteMarker bool      `json:"deleteMarker" doc:"It says that the file was deleted then, and has no bytes"`
	Size         int64     `json:"size" doc:"Bytes" example:"1024"`
	ETag         string    `json:"etag,omitempty" doc:"The store's tag of the bytes, without quotes"`
	LastModified time.Time `json:"lastModified" doc:"When it came to be" example:"2026-01-02T15:04:05Z"`
}

type versionsOutput struct {
	Body []Version `nullable:"false"`
}

func (s *service) registerVersions(operations huma.API) {
	register(s, operations, operation{
		id: "versions", method: http.MethodGet, path: "/api/versions", tag: "files", scope: read,
		summary:     "List a file's history",
		description: "The versions and delete markers of exactly this key, newest first, as the bucket has them.",
	}, s.versions)
}

func (s *service) versions(ctx context.Context, in *versionsInput) (*versionsOutput, error) {
	if s.Deleter == nil {
		return nil, notServed()
	}
	_, _, object, err := in.object(ctx, in.Key)
	if err != nil {
		return nil, err
	}
	versions, err := s.Deleter.Versions(ctx, object, in.Limit)
	if err != nil {
		return nil, err
	}
	if len(versions) == 0 {
		return nil, files.Problemf(files.CodeNotFound, "key", "there is no such file, and none of its versions is left")
	}
	out := &versionsOutput{make([]Version, 0, len(versions))}
	for _, v := range versions {
		out.Body = append(out.Body, Version(v))
	}
	return out, nil
}
