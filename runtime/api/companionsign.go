package api

import (
	"encoding/xml"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/bytepass/bytepass/runtime/files"
	"github.com/bytepass/bytepass/runtime/uploads"
)

// signed is what Uppy's signRequest gives back: a request that it may send.
type signed struct {
	URL     string            `json:"url"`
	Key     string            `json:"key,omitempty"`
	Headers map[string]string `json:"headers,omitempty"`
	Fields  map[string]string `json:"fields,omitempty"`
}

// signRequest signs one request to S3 as version 6 of @uppy/aws-s3 means it:
// the bytes go to the store; what starts, lists, completes and aborts an upload
// comes back here, to the routes of /s3/object, which answer in S3's XML. So
// limits hold, and the signer's role needs no further rights.
func (s *service) signRequest(c *companionCall) (any, error) {
	var wanted struct {
		Method      string `json:"method"`
		Key         string `json:"key"`
		UploadID    string `json:"uploadId"`
		PartNumber  int    `json:"partNumber"`
		ContentType string `json:"contentType"`
	}
	if err := c.decode(&wanted); err != nil {
		return nil, err
	}
	key, err := files.ParseKey(wanted.Key)
	if err != nil {
		return nil, err
	}
	noteKey(c.Context(), key)
	switch {
	case wanted.Method == http.MethodPut && wanted.UploadID == "":
		form, err := s.form(c, files.Intent{Key: string(key), MimeType: wanted.ContentType})
		if err != nil {
			return nil, err
		}
		return signed{URL: form.URL, Key: string(key), Fields: form.Fields}, nil
	case wanted.Method == http.MethodPut:
		part, err := s.openPart(c, string(key), wanted.UploadID, wanted.PartNumber)
		if err != nil {
			return nil, err
		}
		return signed{URL: part.URL, Key: string(key)}, nil
	case wanted.Method == http.MethodPost, wanted.UploadID != "" && (wanted.Method == http.MethodGet || wanted.Method == http.MethodDelete):
		query := url.Values{"key": {string(key)}}
		if wanted.UploadID != "" {
			query.Set("uploadId", wanted.UploadID)
		}
		if c.query.Space != "" {
			query.Set("space", c.query.Space)
		}
		answer := signed{URL: originOf(c.Request) + "/s3/object?" + query.Encode(), Key: string(key)}
		if token := c.Header.Get("Authorization"); token != "" {
			answer.Headers = map[string]string{"Authorization": token}
		}
		return answer, nil
	}
	return nil, files.Problemf(files.CodeInvalidField, "method", "%q is not the method of a request that uploads a file", wanted.Method)
}

// originOf returns the origin by which the caller reached us.
func originOf(r *http.Request) string {
	scheme := "http"
	if r.TLS != nil || strings.EqualFold(r.Header.Get("X-Forwarded-Proto"), "https") {
		scheme = "https"
	}
	return scheme + "://" + r.Host
}

// objectPost starts or completes an upload, as S3's POST of an object does.
func (s *service) objectPost(c *companionCall) (any, error) {
	uploadID := c.URL.Query().Get("uploadId")
	if uploadID == "" {
		started, err := s.startOpen(c, files.Intent{Key: c.key(), MimeType: c.Header.Get("Content-Type")})
		if err != nil {
			return nil, err
		}
		return xmlAnswer("<InitiateMultipartUploadResult>" + element("Key", started.Key) + element("UploadId", started.UploadID) +
			"</InitiateMultipartUploadResult>"), nil
	}
	var sent struct {
		Parts []struct {
			PartNumber int
			ETag       string
		} `xml:"Part"`
	}
	if err := xml.Unmarshal(c.body, &sent); err != nil {
		return nil, &files.Problem{Code: files.CodeInvalid, Detail: "the body is not the XML of CompleteMultipartUpload", Err: err}
	}
	var finish uploads.Finish
	for _, p := range sent.Parts {
		finish.Parts = append(finish.Parts, uploads.FinishedPart{Number: p.PartNumber, ETag: p.ETag})
	}
	done, err := s.complete(c, uploadID, finish)
	if err != nil {
		return nil, err
	}
	return xmlAnswer("<CompleteMultipartUploadResult>" + element("Location", done.Location) + element("Key", string(done.Key)) +
		element("ETag", done.ETag) + "</CompleteMultipartUploadResult>"), nil
}

func (s *service) objectParts(c *companionCall) (any, error) {
	if s.Multipart == nil {
		return nil, notServed()
	}
	progress, err := s.Multipart.Progress(c.Context(), c.space, c.key(), c.URL.Query().Get("uploadId"))
	if err != nil {
		return nil, err
	}
	var list strings.Builder
	for _, p := range progress.Parts {
		fmt.Fprintf(&list, "<Part><PartNumber>%d</PartNumber>%s<Size>%d</Size></Part>", p.Number, element("ETag", p.ETag), p.Size)
	}
	return xmlAnswer("<ListPartsResult>" + list.String() + "</ListPartsResult>"), nil
}

func (s *service) objectAbort(c *companionCall) (any, error) {
	if err := s.abort(c, c.URL.Query().Get("uploadId")); err != nil {
		return nil, err
	}
	return xmlAnswer(""), nil
}

// element writes an XML element with the five entities by name, because that is
// all that Uppy's parser reads.
func element(name, text string) string {
	escaped := strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&quot;", "'", "&apos;").Replace(text)
	return "<" + name + ">" + escaped + "</" + name + ">"
}
