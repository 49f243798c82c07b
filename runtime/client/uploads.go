package client

import (
	"context"
	"iter"
	"net/http"
	"net/url"
	"strconv"
	"time"
)

// ChecksumCRC64NVME is the checksum of a whole file that a store can work out
// from its parts.
const ChecksumCRC64NVME = "CRC64NVME"

// Upload is what is said of a file that is to be sent.
type Upload struct {
	Key      string `json:"key"`
	MimeType string `json:"mimeType"`
	// Size is the exact number of bytes; nil if it is not known, which only
	// Start takes.
	Size              *int64            `json:"size,omitempty"`
	ChecksumSHA256    string            `json:"checksumSHA256,omitempty"`    // base64
	ChecksumCRC64NVME string            `json:"checksumCRC64NVME,omitempty"` // base64; Start only
	Overwrite         *bool             `json:"overwrite,omitempty"`         // nil allows it
	Metadata          map[string]string `json:"metadata,omitempty"`
}

// SignedPut is a PUT that may be sent until it expires. Its URL is a credential.
type SignedPut struct {
	URL       string            `json:"url"`
	Key       string            `json:"key"` // normalised
	Headers   map[string]string `json:"headers"`
	ExpiresAt time.Time         `json:"expiresAt"`
}

// SignedPart is the PUT of one part. Its URL is a credential.
type SignedPart struct {
	Number  int               `json:"partNumber"`
	URL     string            `json:"url"`
	Length  int64             `json:"contentLength"` // bytes, exactly
	Headers map[string]string `json:"headers"`
}

// SignedParts are the PUTs of parts, and when the first of them expires. They
// may be fewer than were asked for.
type SignedParts struct {
	Parts     []SignedPart `json:"parts"`
	ExpiresAt time.Time    `json:"expiresAt"`
}

// Plan is how a file is cut into parts.
type Plan struct {
	PartSize  int64 `json:"partSize"`            // bytes of every part but the last
	PartCount int   `json:"partCount,omitempty"` // 0 if the size is not known
}

// Started is a multipart upload that has begun.
type Started struct {
	ID       string `json:"uploadId"`
	Key      string `json:"key"`                // normalised
	Checksum string `json:"checksum,omitempty"` // ChecksumCRC64NVME if the store compares it
	Plan
	SignedParts
}

// Unfinished is a multipart upload that was neither completed nor aborted.
type Unfinished struct {
	ID        string    `json:"uploadId"`
	Key       string    `json:"key"`
	StartedAt time.Time `json:"startedAt"`
	Plan
}

// Part is a part of an upload: one that is there, or one as the client
// remembers it.
type Part struct {
	Number            int    `json:"partNumber"`
	Size              int64  `json:"size,omitempty"`
	ETag              string `json:"etag,omitempty"`
	ChecksumCRC64NVME string `json:"checksumCRC64NVME,omitempty"` // base64
}

// Progress is what has arrived of an upload.
type Progress struct {
	Checksum string `json:"checksum,omitempty"` // as in Started
	Plan
	Parts []Part `json:"parts"`
}

// WantedPart is a part whose PUT is wanted.
type WantedPart struct {
	Number int `json:"partNumber"`
	// Size is the part's length in bytes; nil where the plan says it.
	Size *int64 `json:"size,omitempty"`
	// ChecksumCRC64NVME makes the store refuse other bytes; empty for none.
	ChecksumCRC64NVME string `json:"checksumCRC64NVME,omitempty"`
}

// Finish is what is said to complete an upload.
type Finish struct {
	Key               string `json:"key"`
	Parts             []Part `json:"parts,omitempty"`
	ChecksumCRC64NVME string `json:"checksumCRC64NVME,omitempty"` // of the whole; the store compares it
	Overwrite         *bool  `json:"overwrite,omitempty"`
}

// Completed is the file that an upload became.
type Completed struct {
	Key       string `json:"key"`
	ETag      string `json:"etag"`
	VersionID string `json:"versionId,omitempty"`
	Size      int64  `json:"size"`
}

// completePatience is how long Complete asks again: a store may take minutes to
// put thousands of parts together.
const completePatience = 15 * time.Minute

// Presign signs the PUT of one file in one request.
func (c *Client) Presign(ctx context.Context, u Upload) (SignedPut, error) {
	var out SignedPut
	_, err := c.call(ctx, request{method: http.MethodPost, path: []string{"presign"}, body: u}, &out)
	return out, err
}

// Start begins a multipart upload. When its answer gets lost, another one is
// begun, and the first stays unfinished.
func (c *Client) Start(ctx context.Context, u Upload) (Started, error) {
	var out Started
	_, err := c.call(ctx, request{method: http.MethodPost, path: []string{"uploads"}, body: u}, &out)
	return out, err
}

// SignParts signs the PUTs of up to 1,000 parts.
func (c *Client) SignParts(ctx context.Context, key, uploadID string, wanted []WantedPart) (SignedParts, error) {
	var out SignedParts
	_, err := c.call(ctx, request{
		method: http.MethodPost, path: []string{"uploads", uploadID, "parts"},
		body: map[string]any{"key": key, "parts": wanted},
	}, &out)
	return out, err
}

// Progress returns the parts that are there. The error is a *Problem with
// CodeUploadGone when the upload is not.
func (c *Client) Progress(ctx context.Context, key, uploadID string) (Progress, error) {
	var out Progress
	_, err := c.call(ctx, request{method: http.MethodGet, path: []string{"uploads", uploadID}, query: url.Values{"key": {key}}}, &out)
	return out, err
}

// UnfinishedOf returns the unfinished uploads of exactly this key, the latest
// first, cut for a file of size bytes.
func (c *Client) UnfinishedOf(ctx context.Context, key string, size int64) ([]Unfinished, error) {
	var out []Unfinished
	_, err := c.call(ctx, request{
		method: http.MethodGet, path: []string{"uploads"},
		query: url.Values{"key": {key}, "size": {strconv.FormatInt(size, 10)}},
	}, &out)
	return out, err
}

// Unfinished returns the unfinished uploads of the space whose keys begin with
// prefix, in byte order of their keys, as Files does.
func (c *Client) Unfinished(ctx context.Context, prefix string) iter.Seq2[Unfinished, error] {
	return pages[Unfinished](ctx, c, "uploads", prefix)
}

// Complete makes the file of its parts, and asks again while the store is still
// at it. The error is a *Problem with CodeInvalidParts when parts have to be
// sent again, and with CodeUploadGone when the upload is not there and was not
// completed either.
func (c *Client) Complete(ctx context.Context, uploadID string, f Finish) (Completed, error) {
	var out Completed
	_, err := c.call(ctx, request{
		method: http.MethodPost, path: []string{"uploads", uploadID, "complete"}, body: f, again: completePatience,
	}, &out)
	return out, err
}

// Abort forgets an upload and its parts. It is idempotent.
func (c *Client) Abort(ctx context.Context, key, uploadID string) error {
	_, err := c.call(ctx, request{method: http.MethodDelete, path: []string{"uploads", uploadID}, query: url.Values{"key": {key}}}, nil)
	return err
}
