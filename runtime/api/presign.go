package api

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/bytepass/bytepass/runtime/files"
)

// UploadOptions are what a caller says of a file besides its key.
type UploadOptions struct {
	MimeType       string            `json:"mimeType" doc:"The file's media type; it is signed, so the PUT has to send the same Content-Type. Empty for a file of unknown type, which is allowed where application/octet-stream is" example:"image/jpeg"`
	Size           bytesCount        `json:"size" doc:"The file's exact size in bytes; it is signed, so no other length is accepted" example:"1024"`
	ChecksumSHA256 string            `json:"checksumSHA256,omitempty" doc:"The file's SHA-256 in base64. It is signed, so that the store refuses other bytes" example:"47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="`
	Overwrite      *bool             `json:"overwrite,omitempty" doc:"false lets the PUT succeed only if the key has no file; true, the default, puts a new version on top"`
	Metadata       map[string]string `json:"metadata,omitempty" doc:"Kept with the file and listed with it" example:"{\"album\":\"summer\"}"`
	Name           string            `json:"name,omitempty" doc:"A display name, also used for downloads; by default the last segment of the key" example:"Beach at dawn.jpg"`
	ExpiresIn      *seconds          `json:"expiresIn,omitempty" doc:"Seconds for which the URL is good: from 1 to what it is without this, which is a setting (300)" example:"60"`
}

// life returns how long a URL is to live: as long as the caller asked for, at
// most longest, which is also what it is if he did not ask.
func (o UploadOptions) life(longest time.Duration) (time.Duration, error) {
	if o.ExpiresIn == nil {
		return longest, nil
	}
	most := int64(longest / time.Second)
	if asked := int64(*o.ExpiresIn); asked < 1 || asked > most {
		return 0, files.Problemf(files.CodeInvalidField, "expiresIn", "a URL cannot live for %d seconds here; ask for 1 to %d, or leave it out", asked, most)
	}
	return time.Duration(*o.ExpiresIn) * time.Second, nil
}

func (o UploadOptions) intent(key string) files.Intent {
	return files.Intent{
		Key: key, MimeType: o.MimeType, Size: (*int64)(&o.Size), ChecksumSHA256: o.ChecksumSHA256,
		Metadata: o.Metadata, Name: o.Name, NoOverwrite: o.Overwrite != nil && !*o.Overwrite,
	}
}

type presignPathInput struct {
	SpaceQuery
	Key  string `path:"key" doc:"The file's key: everything between /api/files/ and /presign. Slashes may stand as they are; ?, # and % have to be percent-encoded. Behind API Gateway a key with a ? is cut there, which the answer's key shows: POST /api/presign takes every key" example:"photos/a.jpg"`
	Body UploadOptions
}

type presignInput struct {
	SpaceQuery
	Body struct {
		Key string `json:"key" doc:"The file's key: a path in the space, in UTF-8" example:"photos/a.jpg"`
		UploadOptions
	} `nameHint:"PresignRequest"`
}

type uploadURLInput struct {
	SpaceQuery
	Body struct {
		Filename string      `json:"filename" doc:"The file's key: a name or a path in the space" example:"photos/a.jpg"`
		FileType string      `json:"fileType" doc:"The file's media type" example:"image/jpeg"`
		Size     *bytesCount `json:"size,omitempty" doc:"The file's size in bytes. Without it the limit is enforced after the file has arrived" example:"1024"`
	} `nameHint:"UploadURLRequest"`
}

type presignOutput struct {
	Body PresignedUpload
}

// PresignedUpload is a request that the client may send until it expires.
type PresignedUpload struct {
	URL           string        `json:"url" doc:"Where to PUT the bytes. Whoever has it may do so: treat it as a secret" example:"https://bucket.s3.eu-central-1.amazonaws.com/u/alice/photos/a.jpg?X-Amz-Algorithm=AWS4-HMAC-SHA256"`
	Key           string        `json:"key" doc:"The key that was signed, in Unicode's normal form C" example:"photos/a.jpg"`
	Method        string        `json:"method" doc:"The method to send" example:"PUT"`
	Headers       uploadHeaders `json:"headers" doc:"The headers to send, exactly so"`
	ContentLength *int64        `json:"contentLength,omitempty" doc:"The exact length of the body in bytes; browsers set it by themselves. Absent if it was not said" example:"1024"`
	ExpiresAt     time.Time     `json:"expiresAt" doc:"When the request is no longer accepted" example:"2026-01-02T15:04:05Z"`
}

// uploadHeaders is files.ClientHeaders as the caller sees it.
type uploadHeaders struct {
	ContentType       string `json:"Content-Type,omitempty" example:"image/jpeg"`
	IfNoneMatch       string `json:"If-None-Match,omitempty" doc:"With overwrite false"`
	ChecksumSHA256    string `json:"x-amz-checksum-sha256,omitempty" doc:"With checksumSHA256"`
	Declaration       string `json:"x-amz-meta-bytepass,omitempty" doc:"With metadata or name"`
	ChecksumCRC64NVME string `json:"x-amz-checksum-crc64nvme,omitempty" doc:"Of a part that was declared with one"`
}

func (s *service) registerPresign(operations huma.API) {
	register(s, operations, operation{
		id: "presign", method: http.MethodPost, path: "/api/presign", tag: "uploads", scope: write,
		summary:     "Sign an upload",
		description: "Returns a URL to PUT one file to. Nothing is written until the bytes arrive. Send exactly the headers that the answer names.",
		answers:     []int{http.StatusConflict},
	}, func(ctx context.Context, in *presignInput) (*presignOutput, error) {
		return s.presignWith(ctx, in.SpaceQuery, in.Body.Key, in.Body.UploadOptions)
	})
	register(s, operations, operation{
		id: "presign-path", method: http.MethodPost, path: "/api/files/{key}/presign", tag: "uploads", scope: write,
		summary:     "Sign an upload, with the key in the path",
		description: "The same as `POST /api/presign`, for clients that put the key into the path.",
		answers:     []int{http.StatusConflict},
	}, func(ctx context.Context, in *presignPathInput) (*presignOutput, error) {
		return s.presignWith(ctx, in.SpaceQuery, in.Key, in.Body)
	})
	register(s, operations, operation{
		id: "upload-url", method: http.MethodPost, path: "/api/upload-url", tag: "uploads", scope: write,
		summary:     "Sign an upload, the short form",
		description: "Returns a URL that lives for a minute. The client sends the bytes and Content-Type, nothing else.",
		answers:     []int{http.StatusConflict},
	}, func(ctx context.Context, in *uploadURLInput) (*presignOutput, error) {
		intent := files.Intent{Key: in.Body.Filename, MimeType: in.Body.FileType, Size: (*int64)(in.Body.Size)}
		out, err := s.presign(ctx, in.SpaceQuery, intent, s.Limits.UploadURL)
		return out, inField(inField(err, "key", "filename"), "mimeType", "fileType")
	})
}

func (s *service) presignWith(ctx context.Context, in SpaceQuery, key string, o UploadOptions) (*presignOutput, error) {
	life, err := o.life(s.Limits.Put)
	if err != nil {
		return nil, err
	}
	return s.presign(ctx, in, o.intent(key), life)
}

// presign checks an intent and signs it. It does no I/O but for the renewal of
// credentials, and on stores that are file systems.
func (s *service) presign(ctx context.Context, in SpaceQuery, intent files.Intent, life time.Duration) (*presignOutput, error) {
	if s.Uploads == nil {
		return nil, notServed()
	}
	space, err := in.space(ctx)
	if err != nil {
		return nil, err
	}
	upload, err := files.NewUpload(space, intent, s.Limits)
	if err != nil {
		return nil, err
	}
	noteKey(ctx, upload.Key)
	if s.FileSystem {
		if err := s.checkPath(ctx, space, upload.Key); err != nil {
			return nil, err
		}
	}
	signed, err := s.Uploads.PresignPut(ctx, upload, life)
	if err != nil {
		return nil, err
	}
	out := &presignOutput{PresignedUpload{
		URL: signed.URL, Key: string(upload.Key), Method: signed.Method,
		Headers: uploadHeaders(signed.Headers), ExpiresAt: signed.ExpiresAt,
	}}
	if signed.ContentLength != files.SizeUnknown {
		out.Body.ContentLength = &signed.ContentLength
	}
	return out, nil
}
