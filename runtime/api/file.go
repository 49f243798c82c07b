package api

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"github.com/bytepass/bytepass/runtime/files"
)

type fileInput struct {
	KeyQuery
	VersionID   string `query:"versionId" doc:"A version of the file; by default the current one"`
	Disposition string `query:"disposition" enum:"attachment,inline" default:"attachment" doc:"inline lets a browser show the file in place, if its type is an inert one: raster images, audio, video. Everything else is always saved"`
}

type fileOutput struct {
	Body File
}

func (s *service) registerFile(operations huma.API) {
	register(s, operations, operation{
		id: "file", method: http.MethodGet, path: "/api/file", tag: "files", scope: read,
		summary: "Get one file",
		description: "The record of a file and a URL to download it, pinned to the version that is described.\n\n" +
			"Of a version that is not the current one, only what the bucket's listing knows is told: its `mimeType` is empty, " +
			"and `name`, `metadata` and `checksumSHA256` are absent. Its bytes have them all the same: the download comes with its type, and a restored version has all of them again.",
	}, s.file)
}

func (s *service) file(ctx context.Context, in *fileInput) (*fileOutput, error) {
	if s.Catalog == nil || s.Downloads == nil {
		return nil, notServed()
	}
	space, key, object, err := in.object(ctx, in.Key)
	if err != nil {
		return nil, err
	}
	record, _, err := s.Catalog.Get(ctx, space, key)
	if err != nil {
		return nil, err
	}
	switch {
	case in.VersionID != "" && (in.VersionID != record.VersionID || record.Status != files.Stored):
		if record, err = s.version(ctx, files.Record{Space: space, Key: key, Bucket: record.Bucket}, object, in.VersionID); err != nil {
			return nil, err
		}
	case record.Status == files.Rejected:
		return nil, files.Problemf(files.CodeNotFound, "key", "what arrived under this key was refused: %s", record.Reason)
	case record.Status == files.Deleted && !record.Expired(s.Now()):
		return nil, files.Problemf(files.CodeNotFound, "key", "the file was deleted; POST /api/restore may bring it back")
	case record.Status != files.Stored:
		return nil, files.Problemf(files.CodeNotFound, "key", "there is no such file; an upload shows up within seconds of its end")
	}
	noteVersion(ctx, record.VersionID)
	f, err := s.withURL(ctx, record, in.Disposition == "inline")
	if err != nil {
		return nil, err
	}
	return &fileOutput{f}, nil
}

// version completes the record r of a version that is not the current one. The
// bucket's listing does not know its type, so it is served as an unknown one.
func (s *service) version(ctx context.Context, r files.Record, object, versionID string) (files.Record, error) {
	if s.Deleter == nil {
		return files.Record{}, notServed()
	}
	for v, err := range history(ctx, s.Deleter, object) {
		if err != nil {
			return files.Record{}, err
		}
		if v.VersionID != versionID || v.DeleteMarker {
			continue
		}
		r.Status, r.Size, r.ETag, r.VersionID, r.UploadedAt = files.Stored, v.Size, v.ETag, v.VersionID, v.LastModified
		return r, nil
	}
	return files.Record{}, files.Problemf(files.CodeNotFound, "versionId", "the file has no such version; GET /api/versions lists them")
}
