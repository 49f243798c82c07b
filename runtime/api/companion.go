package api

import (
	"net/http"
	"strconv"
	"time"

	"github.com/bytepass/bytepass/runtime/files"
	"github.com/bytepass/bytepass/runtime/uploads"
)

// The contract of Uppy's Companion for S3 (https://uppy.io/docs/companion/), as
// the published versions 3 to 6 of @uppy/aws-s3 call it. It is theirs, so it is
// not in our own contract, and it is read leniently: they send what they like.
//
// No client of it says how large its file is. So forms are bounded by the
// policy that is signed, and uploads in parts by the list of them before they
// are completed. A file's key is its name, below the folder that it was
// dropped with.
//
// Version 5 and older send an Authorization header. Version 6 cannot, in its
// Companion mode: see capability and signRequest.
func (s *service) registerCompanion(routes *router) {
	for _, route := range s.companionRoutes() {
		routes.HandleFunc(route.pattern, s.companion(route.id, route.maxBody, route.handle))
	}
}

// companionRoute is a route of the contract.
type companionRoute struct {
	pattern, id string
	handle      func(*companionCall) (any, error)
	maxBody     int64 // bytes
}

func (s *service) companionRoutes() []companionRoute {
	return []companionRoute{
		{"GET /s3/params", "companion-form", s.companionForm, maxBody},
		{"POST /s3/multipart", "companion-start", s.companionStart, maxBody},
		{"GET /s3/multipart/{uploadId}", "companion-parts", s.companionParts, maxBody},
		{"GET /s3/multipart/{uploadId}/{partNumber}", "companion-part", s.companionPart, maxBody},
		{"POST /s3/multipart/{uploadId}/complete", "companion-complete", s.companionComplete, maxFinish},
		{"DELETE /s3/multipart/{uploadId}", "companion-abort", s.companionAbort, maxBody},
		{"POST /s3/sign", "companion-sign", s.signRequest, maxBody},
		{"POST /s3/object", "companion-object-post", s.objectPost, maxFinish},
		{"GET /s3/object", "companion-object-parts", s.objectParts, maxBody},
		{"DELETE /s3/object", "companion-object-abort", s.objectAbort, maxBody},
	}
}

// companionFile is what Uppy says of a file.
type companionFile struct {
	Filename string         `json:"filename"`
	Type     string         `json:"type"`
	Metadata map[string]any `json:"metadata"`
}

func (f companionFile) intent() files.Intent {
	return files.Intent{Key: f.key(), MimeType: f.Type, Metadata: f.metadata()}
}

// companionFormAnswer is the answer for a file that is sent in one request.
type companionFormAnswer struct {
	Method  string            `json:"method"`
	URL     string            `json:"url"`
	Fields  map[string]string `json:"fields"`
	Expires int               `json:"expires"` // seconds
}

func (s *service) companionForm(c *companionCall) (any, error) {
	query := c.URL.Query()
	file := companionFile{Filename: query.Get("filename"), Type: meant(query.Get("type")), Metadata: queryMetadata(query)}
	form, err := s.form(c, file.intent())
	if err != nil {
		return nil, err
	}
	return companionFormAnswer{http.MethodPost, form.URL, form.Fields, s.secondsUntil(form.ExpiresAt)}, nil
}

// form signs a form for a file of any size up to the limit.
func (s *service) form(c *companionCall, intent files.Intent) (files.PresignedForm, error) {
	if s.Uploads == nil {
		return files.PresignedForm{}, notServed()
	}
	upload, err := files.NewUpload(c.space, intent, s.Limits)
	if err != nil {
		return files.PresignedForm{}, err
	}
	noteKey(c.Context(), upload.Key)
	if s.FileSystem {
		if err := s.checkPath(c.Context(), c.space, upload.Key); err != nil {
			return files.PresignedForm{}, err
		}
	}
	return s.Uploads.PresignForm(c.Context(), upload, s.Limits.Put)
}

type companionStarted struct {
	Key      string `json:"key"`
	UploadID string `json:"uploadId"`
}

func (s *service) companionStart(c *companionCall) (any, error) {
	var file companionFile
	if err := c.decode(&file); err != nil {
		return nil, err
	}
	return s.startOpen(c, file.intent())
}

// startOpen begins an upload whose size nobody says.
func (s *service) startOpen(c *companionCall, intent files.Intent) (companionStarted, error) {
	if s.Multipart == nil {
		return companionStarted{}, notServed()
	}
	started, err := s.start(c.Context(), c.space, uploads.Intent{Intent: intent})
	if err != nil {
		return companionStarted{}, err
	}
	return companionStarted{string(started.Key), started.ID}, nil
}

func (s *service) companionPart(c *companionCall) (any, error) {
	number, err := strconv.Atoi(c.PathValue("partNumber"))
	if err != nil {
		return nil, files.Problemf(files.CodeInvalidField, "partNumber", "%q is not a part's number", c.PathValue("partNumber"))
	}
	signed, err := s.openPart(c, c.key(), c.PathValue("uploadId"), number)
	if err != nil {
		return nil, err
	}
	return struct {
		URL     string `json:"url"`
		Expires int    `json:"expires"` // seconds
	}{signed.URL, s.secondsUntil(signed.ExpiresAt)}, nil
}

func (s *service) openPart(c *companionCall, key, uploadID string, number int) (files.Presigned, error) {
	if s.Multipart == nil {
		return files.Presigned{}, notServed()
	}
	return s.Multipart.SignOpenPart(c.Context(), c.space, key, uploadID, number)
}

// companionListed is a part as S3 calls it.
type companionListed struct {
	PartNumber int
	ETag       string // with quotes, as S3 lists it
	Size       int64
}

func (s *service) companionParts(c *companionCall) (any, error) {
	if s.Multipart == nil {
		return nil, notServed()
	}
	progress, err := s.Multipart.Progress(c.Context(), c.space, c.key(), c.PathValue("uploadId"))
	if err != nil {
		return nil, err
	}
	list := make([]companionListed, len(progress.Parts))
	for i, p := range progress.Parts {
		list[i] = companionListed{p.Number, `"` + p.ETag + `"`, p.Size}
	}
	return list, nil
}

func (s *service) companionComplete(c *companionCall) (any, error) {
	var sent struct {
		Parts []struct {
			PartNumber int
			ETag       string
		} `json:"parts"`
	}
	if err := c.decode(&sent); err != nil {
		return nil, err
	}
	var finish uploads.Finish
	for _, p := range sent.Parts {
		finish.Parts = append(finish.Parts, uploads.FinishedPart{Number: p.PartNumber, ETag: p.ETag})
	}
	done, err := s.complete(c, c.PathValue("uploadId"), finish)
	if err != nil {
		return nil, err
	}
	return struct {
		Location string `json:"location"`
		Key      string `json:"key"`
	}{done.Location, string(done.Key)}, nil
}

// secondWait is more than Multipart.Complete takes before it asks to come back.
const secondWait = 27 * time.Second

// complete asks twice, if the store is still at it the first time and the request
// may take that long, as it may on the server and not behind API Gateway: our own
// clients come back for the answer, Uppy does not.
func (s *service) complete(c *companionCall, uploadID string, finish uploads.Finish) (uploads.Completed, error) {
	if s.Multipart == nil {
		return uploads.Completed{}, notServed()
	}
	key := c.key()
	done, err := s.Multipart.Complete(c.Context(), c.space, key, uploadID, finish)
	end, ends := c.Context().Deadline()
	if files.CodeOf(err) == files.CodeUnavailable && (!ends || time.Until(end) > secondWait) {
		done, err = s.Multipart.Complete(c.Context(), c.space, key, uploadID, finish)
	}
	noteVersion(c.Context(), done.VersionID)
	return done, err
}

func (s *service) companionAbort(c *companionCall) (any, error) {
	if err := s.abort(c, c.PathValue("uploadId")); err != nil {
		return nil, err
	}
	return struct{}{}, nil
}

func (s *service) abort(c *companionCall, uploadID string) error {
	if s.Multipart == nil {
		return notServed()
	}
	return s.Multipart.Abort(c.Context(), c.space, c.key(), uploadID)
}
