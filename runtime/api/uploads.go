package api

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/bytepass/bytepass/runtime/files"
	"github.com/bytepass/bytepass/runtime/uploads"
)

// fullChecksum is the checksum of a whole object that S3 can work out from its
// parts.
const fullChecksum = "CRC64NVME"

type startInput struct {
	SpaceQuery
	Body struct {
		Key               string            `json:"key" doc:"The file's key: a path in the space, in UTF-8" example:"films/holiday.mp4"`
		MimeType          string            `json:"mimeType" doc:"The file's media type; empty for a file of unknown type, which is allowed where application/octet-stream is" example:"video/mp4"`
		Size              *bytesCount       `json:"size,omitempty" doc:"The file's exact size in bytes. Leave it out for a stream whose end is not known" example:"20000000000"`
		ChecksumSHA256    string            `json:"checksumSHA256,omitempty" doc:"The file's SHA-256 in base64, declared with it. No store compares it for a file in parts: see checksumCRC64NVME" example:"47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="`
		ChecksumCRC64NVME string            `json:"checksumCRC64NVME,omitempty" doc:"The file's CRC64NVME in base64 (8 bytes, big-endian), if it is known already. It is declared with the file and compared after it has arrived; to complete with it compares it at once" example:"AAAAAAAAAAA="`
		Overwrite         *bool             `json:"overwrite,omitempty" doc:"false completes the upload only if the key has no file; true, the default, puts a new version on top"`
		Metadata          map[string]string `json:"metadata,omitempty" doc:"Kept with the file and listed with it" example:"{\"album\":\"summer\"}"`
		Name              string            `json:"name,omitempty" doc:"A display name, also used for downloads; by default the last segment of the key" example:"Our holiday.mp4"`
	} `nameHint:"StartUploadRequest"`
}

// StartedUpload is a multipart upload that has begun.
type StartedUpload struct {
	UploadID string `json:"uploadId" doc:"Names the upload in all further calls, together with its key. No secret: without the caller's token it opens nothing" example:"AQPVb6o"`
	Key      string `json:"key" doc:"The key, in Unicode's normal form C" example:"films/holiday.mp4"`
	UploadPlan
	Checksum string `json:"checksum,omitempty" enum:"CRC64NVME" doc:"The checksum of the whole file that this store can compare on completion; absent if it can none"`
	UploadParts
}

// UploadPlan is how a file is cut.
type UploadPlan struct {
	PartSize  int64 `json:"partSize" doc:"Bytes of every part but the last" example:"10485760"`
	PartCount int   `json:"partCount,omitempty" doc:"How many parts there are; absent if the size is not known" example:"1908"`
}

// FoundPlan is how a file is cut whose upload was found.
type FoundPlan struct {
	PartSize  int64 `json:"partSize,omitempty" doc:"Bytes of every part but the last; absent if the uploads were listed without the file's size" example:"10485760"`
	PartCount int   `json:"partCount,omitempty" doc:"How many parts there are; absent if the size is not known" example:"1908"`
}

// UploadParts are the signed requests of parts.
type UploadParts struct {
	Parts     []UploadPart `json:"parts" nullable:"false" doc:"A PUT for each part. These may be fewer than there are or were asked for: ask for the others"`
	ExpiresAt time.Time    `json:"expiresAt" doc:"When the first of the URLs is no longer accepted" example:"2026-01-02T15:04:05Z"`
}

// UploadPart is the signed request of one part.
type UploadPart struct {
	PartNumber    partNumber    `json:"partNumber" example:"1"`
	URL           string        `json:"url" doc:"Where to PUT the part's bytes. Whoever has it may do so: treat it as a secret"`
	ContentLength int64         `json:"contentLength" doc:"The exact length of the body in bytes; browsers set it by themselves" example:"10485760"`
	Headers       uploadHeaders `json:"headers" doc:"The headers to send, exactly so"`
}

type startOutput struct{ Body StartedUpload }

// UploadPath is the part of every input that names an upload.
type UploadPath struct {
	SpaceQuery
	UploadID string `path:"uploadId" doc:"As POST /api/uploads answered it"`
}

type partsInput struct {
	UploadPath
	Body struct {
		Key         string       `json:"key" doc:"The upload's key" example:"films/holiday.mp4"`
		PartNumbers []partNumber `json:"partNumbers,omitempty" nullable:"false" maxItems:"1000" doc:"The parts whose URLs are wanted" example:"[1001,1002]"`
		Parts       []WantedPart `json:"parts,omitempty" nullable:"false" maxItems:"1000" doc:"The same, where there is more to say of a part. Send one of both"`
	} `nameHint:"UploadPartsRequest"`
}

// WantedPart is a part whose URL is wanted.
type WantedPart struct {
	PartNumber        partNumber  `json:"partNumber" example:"3"`
	Size              *bytesCount `json:"size,omitempty" doc:"The part's length in bytes, for an upload of unknown size: the last part, and any that is not partSize long" example:"1024"`
	ChecksumCRC64NVME string      `json:"checksumCRC64NVME,omitempty" doc:"The part's CRC64NVME in base64. It is signed, so that the store refuses other bytes" example:"AAAAAAAAAAA="`
}

type partsOutput struct {
	Body struct {
		Key string `json:"key" doc:"The key, in Unicode's normal form C" example:"films/holiday.mp4"`
		UploadParts
	} `nameHint:"SignedUploadParts"`
}

func (s *service) registerUploads(operations huma.API) {
	register(s, operations, operation{
		id: "start-upload", method: http.MethodPost, path: "/api/uploads", tag: "uploads", scope: write,
		summary: "Start an upload in parts",
		description: "For files of any size up to S3's limit: parts can be sent several at a time, again, and after a break. " +
			"The answer holds the URLs of the first parts, at most 1,000. An upload that is neither completed nor aborted is removed by the bucket's lifecycle.",
		answers: []int{http.StatusConflict},
	}, s.startUpload)
	register(s, operations, operation{
		id: "sign-parts", method: http.MethodPost, path: "/api/uploads/{uploadId}/parts", tag: "uploads", scope: write,
		summary:     "Sign parts",
		description: "Up to 1,000 URLs at once, each bound to its part's number and length. For parts that the first answer did not hold, and for those whose URLs have expired.",
		maxBody:     256 << 10, // 1,000 parts
	}, s.signParts)
	s.registerUploadState(operations)
	s.registerFinish(operations)
}

func (s *service) startUpload(ctx context.Context, in *startInput) (*startOutput, error) {
	if s.Multipart == nil {
		return nil, notServed()
	}
	space, err := in.space(ctx)
	if err != nil {
		return nil, err
	}
	b := in.Body
	started, err := s.start(ctx, space, uploads.Intent{
		Intent: files.Intent{
			Key: b.Key, MimeType: b.MimeType, Size: (*int64)(b.Size), ChecksumSHA256: b.ChecksumSHA256,
			Metadata: b.Metadata, Name: b.Name, NoOverwrite: b.Overwrite != nil && !*b.Overwrite,
		},
		ChecksumCRC64NVME: b.ChecksumCRC64NVME,
	})
	if err != nil {
		return nil, err
	}
	out := &startOutput{StartedUpload{
		UploadID: started.ID, Key: string(started.Key), UploadPlan: UploadPlan{started.Plan.PartSize, started.Plan.Count()}, UploadParts: partsOf(started.Batch),
	}}
	if started.FullChecksum {
		out.Body.Checksum = fullChecksum
	}
	return out, nil
}

// start begins an upload, unless the store is a file system on which the
// catalog shows that it could not end well.
func (s *service) start(ctx context.Context, space files.Space, in uploads.Intent) (uploads.Started, error) {
	key, err := files.ParseKey(in.Key)
	if err != nil {
		return uploads.Started{}, err
	}
	noteKey(ctx, key)
	if s.FileSystem {
		if err := s.checkPath(ctx, space, key); err != nil {
			return uploads.Started{}, err
		}
	}
	return s.Multipart.Start(ctx, space, in)
}

func (s *service) signParts(ctx context.Context, in *partsInput) (*partsOutput, error) {
	if s.Multipart == nil {
		return nil, notServed()
	}
	space, key, _, err := in.object(ctx, in.Body.Key)
	if err != nil {
		return nil, err
	}
	if len(in.Body.PartNumbers) > 0 && len(in.Body.Parts) > 0 {
		return nil, files.Problemf(files.CodeInvalidField, "parts", "send partNumbers or parts, not both")
	}
	wanted := make([]uploads.WantedPart, 0, len(in.Body.PartNumbers)+len(in.Body.Parts))
	for _, n := range in.Body.PartNumbers {
		wanted = append(wanted, uploads.WantedPart{Number: int(n)})
	}
	for _, p := range in.Body.Parts {
		if p.Size != nil && *p.Size < 0 {
			return nil, files.Problemf(files.CodeInvalidField, "parts", "part %d cannot have %d bytes", p.PartNumber, *p.Size)
		}
		wanted = append(wanted, uploads.WantedPart{Number: int(p.PartNumber), Size: (*int64)(p.Size), ChecksumCRC64NVME: p.ChecksumCRC64NVME})
	}
	batch, err := s.Multipart.SignParts(ctx, space, string(key), in.UploadID, wanted)
	if err != nil {
		return nil, err
	}
	out := &partsOutput{}
	out.Body.Key, out.Body.UploadParts = string(key), partsOf(batch)
	return out, nil
}

// partsOf returns as many parts of the batch as fit an answer.
func partsOf(batch uploads.Batch) UploadParts {
	out := UploadParts{Parts: make([]UploadPart, 0, len(batch.Parts)), ExpiresAt: batch.ExpiresAt}
	size := 0
	for _, p := range batch.Parts {
		const around = 120 // bytes of the part without its URL
		if size += len(p.URL) + around; size > maxPage && len(out.Parts) > 0 {
			break
		}
		out.Parts = append(out.Parts, UploadPart{
			PartNumber: partNumber(p.Number), URL: p.URL, ContentLength: p.ContentLength, Headers: uploadHeaders(p.Headers),
		})
	}
	return out
}
