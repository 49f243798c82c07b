package api

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"github.com/bytepass/bytepass/runtime/files"
	"github.com/bytepass/bytepass/runtime/uploads"
)

type completeInput struct {
	UploadPath
	Body struct {
		Key               string         `json:"key" doc:"The upload's key" example:"films/holiday.mp4"`
		Parts             []FinishedPart `json:"parts,omitempty" nullable:"false" maxItems:"10000" doc:"The parts as the client remembers them, to be compared with those that are there. Without them those that are there are taken"`
		ChecksumCRC64NVME string         `json:"checksumCRC64NVME,omitempty" doc:"The whole file's CRC64NVME in base64: the store compares it with the bytes that arrived, and there is no file if they differ" example:"AAAAAAAAAAA="`
		Overwrite         *bool          `json:"overwrite,omitempty" doc:"false completes only if the key has no file; an upload that was started so needs not say it again"`
	} `nameHint:"CompleteUploadRequest"`
}

// FinishedPart is a part as the client remembers it.
type FinishedPart struct {
	PartNumber        partNumber `json:"partNumber" example:"1"`
	ETag              string     `json:"etag,omitempty" doc:"What the store answered to the part, with or without quotes; leave it out if the browser hid it" example:"4f08eef4096726bff1125e1b1b734644"`
	ChecksumCRC64NVME string     `json:"checksumCRC64NVME,omitempty" doc:"The part's CRC64NVME in base64" example:"UpX9kykq4BQ="`
}

type completeOutput struct {
	Body CompletedUpload
}

// CompletedUpload is the file that an upload became.
type CompletedUpload struct {
	Key               string `json:"key" doc:"The key, in Unicode's normal form C" example:"films/holiday.mp4"`
	Location          string `json:"location" doc:"The object's URL at the store, unsigned: a name, not a way to read it" example:"https://bucket.s3.eu-central-1.amazonaws.com/u/alice/films/holiday.mp4"`
	ETag              string `json:"etag" doc:"The store's tag of the file, without quotes" example:"a45f1422f2dbe3d2890829dd76adba1b-2"`
	VersionID         string `json:"versionId,omitempty" doc:"The version; absent where the bucket is not versioned" example:"3sL4kqtJlcpXroDTDmJ.rmSpXd3dIbrHY"`
	Size              int64  `json:"size" doc:"Bytes" example:"20000000000"`
	ChecksumCRC64NVME string `json:"checksumCRC64NVME,omitempty" doc:"The CRC64NVME of the whole file, in base64; absent if the store keeps none" example:"qPhsyYCEOCc="`
}

type abortInput struct {
	UploadPath
	Key string `query:"key" required:"true" doc:"The upload's key" example:"films/holiday.mp4"`
}

func (s *service) registerFinish(operations huma.API) {
	register(s, operations, operation{
		id: "complete-upload", method: http.MethodPost, path: "/api/uploads/{uploadId}/complete", tag: "uploads", scope: write,
		summary: "Complete an upload",
		description: "Makes the file of its parts. Parts that are wrong, missing or changed are named (`invalid-parts`) and can be sent again: nothing is lost. " +
			"Completing is idempotent: asked again, it gives the same answer. A large file can take minutes; the problem is then `unavailable` after 25 seconds, while it goes on: complete again to get the answer. " +
			"`upload-gone` says that the upload was aborted, has expired, or that its file was replaced since, and shows what the key holds now.",
		answers: []int{http.StatusConflict},
		maxBody: maxFinish,
	}, s.completeUpload)
	register(s, operations, operation{
		id: "abort-upload", method: http.MethodDelete, path: "/api/uploads/{uploadId}", tag: "uploads", scope: write,
		summary:     "Abort an upload",
		description: "Removes its parts. Aborting twice succeeds, and so does aborting an upload that was completed: its file stays.",
	}, s.abortUpload)
}

func (s *service) completeUpload(ctx context.Context, in *completeInput) (*completeOutput, error) {
	if s.Multipart == nil {
		return nil, notServed()
	}
	space, key, _, err := in.object(ctx, in.Body.Key)
	if err != nil {
		return nil, err
	}
	finish := uploads.Finish{
		NoOverwrite: in.Body.Overwrite != nil && !*in.Body.Overwrite, ChecksumCRC64NVME: in.Body.ChecksumCRC64NVME,
	}
	for _, p := range in.Body.Parts {
		if err := files.CheckCRC64NVME("parts", p.ChecksumCRC64NVME); err != nil {
			return nil, err
		}
		finish.Parts = append(finish.Parts, uploads.FinishedPart{Number: int(p.PartNumber), ETag: p.ETag, ChecksumCRC64NVME: p.ChecksumCRC64NVME})
	}
	done, err := s.Multipart.Complete(ctx, space, string(key), in.UploadID, finish)
	if err != nil {
		return nil, err
	}
	noteVersion(ctx, done.VersionID)
	return &completeOutput{CompletedUpload{
		Key: string(done.Key), Location: done.Location, ETag: done.ETag, VersionID: done.VersionID,
		Size: done.Size, ChecksumCRC64NVME: done.ChecksumCRC64NVME,
	}}, nil
}

func (s *service) abortUpload(ctx context.Context, in *abortInput) (*doneOutput, error) {
	if s.Multipart == nil {
		return nil, notServed()
	}
	space, key, _, err := in.object(ctx, in.Key)
	if err != nil {
		return nil, err
	}
	if err := s.Multipart.Abort(ctx, space, string(key), in.UploadID); err != nil {
		return nil, err
	}
	return &doneOutput{Done{Success: true, Key: string(key)}}, nil
}
