package api

import (
	"context"
	"iter"
	"net/http"
	"net/url"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/bytepass/bytepass/runtime/files"
)

type versionsInput struct {
	KeyQuery
	PageQuery
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
	Link string    `header:"Link" doc:"The next page (RFC 8288), relation next; absent on the last"`
	Body []Version `nullable:"false"`
}

func (s *service) registerVersions(operations huma.API) {
	register(s, operations, operation{
		id: "versions", method: http.MethodGet, path: "/api/versions", tag: "files", scope: read,
		summary:     "List a file's history",
		description: "The versions and delete markers of exactly this key, newest first, as the bucket has them. What comes to be while pages are read is on the first one only.",
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
	after, err := files.ParseCursor(in.Cursor)
	if err != nil {
		return nil, err
	}
	versions, next, err := s.Deleter.Versions(ctx, object, after, in.Limit)
	if err != nil {
		return nil, err
	}
	if len(versions) == 0 && after == "" {
		return nil, files.Problemf(files.CodeNotFound, "key", "there is no such file, and none of its versions is left")
	}
	out := &versionsOutput{Body: make([]Version, 0, len(versions))}
	for _, v := range versions {
		out.Body = append(out.Body, Version(v))
	}
	if next != "" {
		out.Link = in.link("/api/versions", next, url.Values{"key": {in.Key}, "space": {in.Space}})
	}
	return out, nil
}

// history walks the whole history of an object, newest first. An error is the
// last that it gives.
func history(ctx context.Context, of Historian, object string) iter.Seq2[files.Version, error] {
	return func(yield func(files.Version, error) bool) {
		for after := ""; ; {
			page, next, err := of.Versions(ctx, object, after, maxLimit)
			if err != nil {
				yield(files.Version{}, err)
				return
			}
			for _, v := range page {
				if !yield(v, nil) {
					return
				}
			}
			if next == "" {
				return
			}
			after = next
		}
	}
}
