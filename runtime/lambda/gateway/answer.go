package gateway

import (
	"bytes"
	"encoding/base64"
	"net/http"
	"strings"
	"unicode/utf8"
)

// response is what the gateway sends on.
type response struct {
	StatusCode      int               `json:"statusCode"`
	Headers         map[string]string `json:"headers"`
	Cookies         []string          `json:"cookies,omitempty"`
	Body            string            `json:"body"`
	IsBase64Encoded bool              `json:"isBase64Encoded"`
}

// answer is an http.ResponseWriter that keeps what is written.
type answer struct {
	header http.Header
	sent   http.Header // as it was when the status was written
	status int
	body   bytes.Buffer
}

func newAnswer() *answer { return &answer{header: http.Header{}} }

// Header returns the headers to be sent.
func (w *answer) Header() http.Header { return w.header }

// WriteHeader keeps the first final status; there is no way to send an
// informational one.
func (w *answer) WriteHeader(status int) {
	if w.status == 0 && status >= http.StatusOK {
		w.status, w.sent = status, w.header.Clone()
	}
}

// Write keeps a part of the body.
func (w *answer) Write(p []byte) (int, error) {
	if w.status == 0 {
		if w.header.Get("Content-Type") == "" {
			w.header.Set("Content-Type", http.DetectContentType(p))
		}
		w.WriteHeader(http.StatusOK)
	}
	return w.body.Write(p)
}

// response returns what was written in the gateway's form: one value a header,
// cookies apart, and in base64 what is not text.
func (w *answer) response(method string) response {
	w.WriteHeader(http.StatusOK)
	res := response{StatusCode: w.status, Headers: map[string]string{}, Cookies: w.sent.Values("Set-Cookie")}
	for name, values := range w.sent {
		if name != "Set-Cookie" && name != "Content-Length" { // the gateway counts itself
			res.Headers[strings.ToLower(name)] = strings.Join(values, ", ")
		}
	}
	if method == http.MethodHead || w.status == http.StatusNoContent || w.status == http.StatusNotModified {
		return res
	}
	body := w.body.Bytes()
	if w.sent.Get("Content-Encoding") == "" && utf8.Valid(body) {
		res.Body = string(body)
		return res
	}
	res.Body, res.IsBase64Encoded = base64.StdEncoding.EncodeToString(body), true
	return res
}
