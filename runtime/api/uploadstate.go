package api

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/bytepass/bytepass/runtime/files"
	"github.com/bytepass/bytepass/runtime/uploads"
)

type progressInput struct {
	UploadPath
	Key string `query:"key" required:"true" doc:"The upload's key" example:"films/holiday.mp4"`
}

type progressOutput struct {
	Body struct {
		Key string `json:"key" doc:"The key, in Unicode's normal form C" example:"films/holiday.mp4"`
		FoundPlan
		Checksum string         `json:"checksum,omitempty" enum:"CRC64NVME" doc:"The checksum of the whole file that this store can compare on completion; absent if it can none"`
		Parts    []UploadedPart `json:"parts" nullable:"false" doc:"The parts that are there, by their number"`
	} `nameHint:"UploadProgress"`
}

// UploadedPart is a part that is there.
type UploadedPart struct {
	PartNumber        partNumber `json:"partNumber" example:"1"`
	Size              int64      `json:"size" doc:"Bytes" example:"10485760"`
	ETag              string     `json:"etag" doc:"The store's tag of the part, without quotes" example:"4f08eef4096726bff1125e1b1b734644"`
	ChecksumCRC64NVME string     `json:"checksumCRC64NVME,omitempty" doc:"The CRC64NVME of the bytes that arrived, in base64; absent if the store keeps none" example:"UpX9kykq4BQ="`
}

type unfinishedInput struct {
	SpaceQuery
	Key    string          `query:"key" doc:"Exactly this key's uploads, all of them, the latest first. Without it: those of the whole space, by their keys, in pages" example:"films/holiday.mp4"`
	Size   optional[int64] `query:"size" minimum:"0" doc:"The file's size in bytes, if it is known: then partSize and partCount are those of the file" example:"20000000000"`
	Prefix string          `query:"prefix" doc:"Without a key: only keys that begin so" example:"films/"`
	Cursor string          `query:"cursor" doc:"Without a key: where the page before ended. It is in its Link header: follow that and never make one"`
	Limit  int             `query:"limit" minimum:"1" maximum:"1000" default:"100" doc:"Without a key: how many uploads a page has; more where one key has them"`
}

type unfinishedOutput struct {
	Link string             `header:"Link" doc:"The next page (RFC 8288), relation next; absent on the last"`
	Body []UnfinishedUpload `nullable:"false"`
}

// UnfinishedUpload is an upload that can be gone on with.
type UnfinishedUpload struct {
	UploadID  string    `json:"uploadId" doc:"Names the upload in all further calls" example:"AQDVb6o"`
	Key       string    `json:"key" doc:"The key, in Unicode's normal form C" example:"films/holiday.mp4"`
	StartedAt time.Time `json:"startedAt" doc:"When it was started" example:"2026-01-02T15:04:05Z"`
	FoundPlan
}

func (s *service) registerUploadState(operations huma.API) {
	register(s, operations, operation{
		id: "upload-progress", method: http.MethodGet, path: "/api/uploads/{uploadId}", tag: "uploads", scope: write,
		summary:     "See what has arrived of an upload",
		description: "All parts that are there. Send the others to go on. When the upload is not there any more the problem is `upload-gone`, with what the key holds now.",
		answers:     []int{http.StatusConflict},
	}, s.uploadProgress)
	register(s, operations, operation{
		id: "unfinished-uploads", method: http.MethodGet, path: "/api/uploads", tag: "uploads", scope: write,
		summary: "List unfinished uploads",
		description: "Those of one key, so that a client which has lost everything but the file can go on; or all of a space, to abort what nobody will finish. " +
			"Whether such an upload may overwrite, and the checksum of the whole, have to be said again on completion.",
	}, s.unfinishedUploads)
}

func (s *service) uploadProgress(ctx context.Context, in *progressInput) (*progressOutput, error) {
	if s.Multipart == nil {
		return nil, notServed()
	}
	space, key, _, err := in.object(ctx, in.Key)
	if err != nil {
		return nil, err
	}
	progress, err := s.Multipart.Progress(ctx, space, string(key), in.UploadID)
	if err != nil {
		return nil, err
	}
	out := &progressOutput{}
	out.Body.Key, out.Body.FoundPlan = string(key), FoundPlan{progress.Plan.PartSize, progress.Plan.Count()}
	if progress.FullChecksum {
		out.Body.Checksum = fullChecksum
	}
	out.Body.Parts = uploadedParts(progress.Parts)
	return out, nil
}

func uploadedParts(parts []files.Part) []UploadedPart {
	out := make([]UploadedPart, len(parts))
	for i, p := range parts {
		out[i] = UploadedPart{partNumber(p.Number), p.Size, p.ETag, p.ChecksumCRC64NVME}
	}
	return out
}

func (s *service) unfinishedUploads(ctx context.Context, in *unfinishedInput) (*unfinishedOutput, error) {
	if s.Multipart == nil {
		return nil, notServed()
	}
	if in.Key == "" {
		return s.unfinishedBelow(ctx, in)
	}
	if in.Prefix != "" || in.Cursor != "" {
		return nil, files.Problemf(files.CodeInvalidField, "key", "with a key there is nothing to page through; leave out prefix and cursor, or the key")
	}
	space, key, _, err := in.object(ctx, in.Key)
	if err != nil {
		return nil, err
	}
	list, err := s.Multipart.Unfinished(ctx, space, string(key), in.Size.pointer())
	if err != nil {
		return nil, err
	}
	return &unfinishedOutput{Body: unfinished(list)}, nil
}

// unfinishedBelow answers a page of the unfinished uploads of a space.
func (s *service) unfinishedBelow(ctx context.Context, in *unfinishedInput) (*unfinishedOutput, error) {
	space, err := in.space(ctx)
	if err != nil {
		return nil, err
	}
	page := pageInput{SpaceQuery: in.SpaceQuery, Prefix: in.Prefix, PageQuery: PageQuery{Limit: in.Limit}}
	after, err := files.ParseCursor(in.Cursor)
	if err != nil {
		return nil, err
	}
	list, more, err := s.Multipart.UnfinishedBelow(ctx, space, in.Prefix, after, in.Limit)
	if err != nil {
		return nil, err
	}
	out := &unfinishedOutput{Body: unfinished(list)}
	if more {
		out.Link = page.next("/api/uploads", string(list[len(list)-1].Key))
	}
	return out, nil
}

func unfinished(list []uploads.Unfinished) []UnfinishedUpload {
	out := make([]UnfinishedUpload, len(list))
	for i, u := range list {
		out[i] = UnfinishedUpload{u.ID, string(u.Key), u.StartedAt, FoundPlan{u.Plan.PartSize, u.Plan.Count()}}
	}
	return out
}
