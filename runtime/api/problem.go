package api

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"

	"github.com/bytepass/bytepass/runtime/files"
	"github.com/bytepass/bytepass/runtime/uploads"
)

const problemType = "application/problem+json"

// kind is how a code appears in HTTP.
type kind struct {
	status int
	title  string
}

// kinds is the one place where codes become statuses. What the caller sent
// wrong is 400, as the published clients expect it.
var kinds = map[files.Code]kind{
	files.CodeInvalid:         {http.StatusBadRequest, "The request is malformed"},
	files.CodeInvalidField:    {http.StatusBadRequest, "A field is malformed"},
	files.CodeInvalidKey:      {http.StatusBadRequest, "The key is not a key"},
	files.CodeInvalidType:     {http.StatusBadRequest, "The media type is not one"},
	files.CodeTypeNotAllowed:  {http.StatusBadRequest, "The media type is not allowed"},
	files.CodeInvalidSize:     {http.StatusBadRequest, "The size is missing or not a number of bytes"},
	files.CodeTooLarge:        {http.StatusBadRequest, "The file is too large"},
	files.CodeInvalidChecksum: {http.StatusBadRequest, "The checksum is malformed, or not that of the bytes"},
	files.CodeInvalidMetadata: {http.StatusBadRequest, "The metadata cannot be kept"},
	files.CodeInvalidCursor:   {http.StatusBadRequest, "The cursor is not one"},
	files.CodeInvalidLimit:    {http.StatusBadRequest, "The limit is out of range"},
	files.CodeInvalidParts:    {http.StatusBadRequest, "Parts of the upload are wrong, missing or changed"},
	files.CodeNameTooLong:     {http.StatusBadRequest, "A name in the key is too long for this store"},
	files.CodeBodyTooLarge:    {http.StatusRequestEntityTooLarge, "The body is too large"},
	files.CodeUnauthenticated: {http.StatusUnauthorized, "A valid token is needed"},
	files.CodeForbidden:       {http.StatusForbidden, "This token may not do that"},
	files.CodeNotFound:        {http.StatusNotFound, "There is no such thing"},
	files.CodeNotServed:       {http.StatusNotFound, "This route is not served here"},
	files.CodeMethod:          {http.StatusMethodNotAllowed, "The route has other methods"},
	files.CodeConflict:        {http.StatusConflict, "The state of the file forbids it"},
	files.CodePathConflict:    {http.StatusConflict, "A file and a folder cannot have one name in this store"},
	files.CodeUploadGone:      {http.StatusConflict, "The upload is gone"},
	files.CodeTooLargeToCopy:  {http.StatusConflict, "The file is too large to be copied in one request"},
	files.CodeUnavailable:     {http.StatusServiceUnavailable, "Something behind this service does not answer"},
	files.CodeStoreFull:       {http.StatusInsufficientStorage, "The store has no room left"},
	files.CodeInternal:        {http.StatusInternalServerError, "Something unexpected happened"},
}

// Problem is the answer to everything that goes wrong (RFC 9457).
type Problem struct {
	Type    string     `json:"type" format:"uri-reference" doc:"Where the code is explained" example:"/docs#too-large"`
	Title   string     `json:"title" doc:"What the code means; the same for every problem of the code" example:"The file is too large"`
	Status  int        `json:"status" doc:"The HTTP status" example:"400"`
	Detail  string     `json:"detail" doc:"What is wrong with this request, and the remedy" example:"the size is 6 bytes; at most 5 are allowed"`
	Code    files.Code `json:"code" doc:"What programs can rely on: a code never changes its meaning" example:"too-large"`
	Field   string     `json:"field,omitempty" doc:"The field of the request at fault" example:"size"`
	Message string     `json:"message" doc:"The detail with its field, for clients that show one sentence" example:"size: the size is 6 bytes; at most 5 are allowed"`

	Parts   []ProblemPart `json:"parts,omitempty" doc:"With invalid-parts: which, and why"`
	Current *File         `json:"current,omitempty" doc:"With upload-gone: the file that the key holds now, if any"`
}

// ProblemPart is a part that keeps an upload from being completed.
type ProblemPart struct {
	PartNumber int    `json:"partNumber" example:"3"`
	Reason     string `json:"reason" example:"is not there"`
}

// Error returns the message.
func (p *Problem) Error() string { return p.Message }

// GetStatus returns the status, for huma.
func (p *Problem) GetStatus() int { return p.Status }

// GetHeaders returns the headers that belong to the status, for huma.
func (p *Problem) GetHeaders() http.Header {
	switch p.Status {
	case http.StatusUnauthorized:
		return http.Header{"Www-Authenticate": {"Bearer"}} // RFC 9110, section 15.5.2
	case http.StatusServiceUnavailable:
		return http.Header{"Retry-After": {"1"}}
	}
	return nil
}

// ContentType returns the media type of problems, for huma.
func (p *Problem) ContentType(string) string { return problemType }

// problemOf returns the answer to err. Only a *files.Problem is shown; of any
// other error the caller learns that it happened.
func problemOf(err error) *Problem {
	var known *files.Problem
	if !errors.As(err, &known) {
		known = files.Problemf(files.CodeInternal, "", "this is our fault; quote the X-Request-Id of this answer")
		if errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled) {
			known = files.Problemf(files.CodeUnavailable, "", "it took too long; try again")
		}
	}
	k := kinds[known.Code]
	p := &Problem{
		Type: "/docs#" + string(known.Code), Title: k.title, Status: k.status,
		Detail: known.Detail, Code: known.Code, Field: known.Field, Message: known.Detail,
	}
	if known.Field != "" {
		p.Message = known.Field + ": " + known.Detail
	}
	p.extend(err)
	return p
}

// extend adds what some problems say beyond their sentence.
func (p *Problem) extend(err error) {
	var parts *uploads.PartsError
	if errors.As(err, &parts) {
		for _, part := range parts.Parts {
			p.Parts = append(p.Parts, ProblemPart{part.Number, part.Reason})
		}
	}
	var gone *uploads.GoneError
	if errors.As(err, &gone) && gone.Found {
		current := fileOf(gone.Current)
		p.Current = &current
	}
}

// refuse returns the answer to err and leaves the cause of what is our fault
// in the call, for the log.
func refuse(ctx context.Context, err error) *Problem {
	p := problemOf(err)
	callOf(ctx).audit.Code = p.Code
	if p.Status >= http.StatusInternalServerError {
		cause := err
		var known *files.Problem
		if errors.As(err, &known) && known.Err != nil {
			cause = known.Err
		}
		callOf(ctx).cause = cause
	}
	return p
}

// writeProblem answers a request outside of the operations.
func writeProblem(w http.ResponseWriter, r *http.Request, err error) {
	p := refuse(r.Context(), err)
	body, err := json.Marshal(p)
	if err != nil {
		panic("api: a problem of strings cannot fail to encode: " + err.Error())
	}
	for name, values := range p.GetHeaders() {
		w.Header()[name] = values
	}
	w.Header().Set("Content-Type", problemType)
	w.WriteHeader(p.Status)
	_, _ = w.Write(append(body, '\n')) // the client is gone: nobody to tell
}

// inField returns err with its field renamed, where a route calls it otherwise
// than the domain does.
func inField(err error, from, to string) error {
	var p *files.Problem
	if !errors.As(err, &p) || p.Field != from {
		return err
	}
	renamed := *p
	renamed.Field = to
	return &renamed
}
