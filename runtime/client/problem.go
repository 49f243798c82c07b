package client

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"time"
)

// The codes of problems that callers of this package tell apart; /docs of a
// deployment explains all of them.
const (
	CodeUnauthenticated = "unauthenticated"
	CodeForbidden       = "forbidden"
	CodeNotFound        = "not-found"
	CodeConflict        = "conflict"
	CodeInvalidParts    = "invalid-parts"
	CodeUploadGone      = "upload-gone"
	CodeUnavailable     = "unavailable"
	CodeStoreFull       = "store-full"
)

// Problem is a refusal of the service (RFC 9457).
type Problem struct {
	Status  int       `json:"status"`
	Code    string    `json:"code"`            // what programs rely on
	Field   string    `json:"field,omitempty"` // of the request, at fault
	Detail  string    `json:"detail"`          // what is wrong, and the remedy
	Parts   []BadPart `json:"parts,omitempty"` // with CodeInvalidParts
	Current *File     `json:"current,omitempty"`
	Request string    `json:"-"` // its id, in the service's log
}

// BadPart is a part that keeps an upload from being completed.
type BadPart struct {
	Number int    `json:"partNumber"`
	Reason string `json:"reason"`
}

// Error returns the detail, and for what is the service's fault the request's id.
// The field is for those who know the API.
func (p *Problem) Error() string {
	text := p.Detail
	if p.Status >= http.StatusInternalServerError && p.Request != "" {
		text += " (request " + p.Request + ")"
	}
	return text
}

// CodeOf returns the code of the Problem in err's chain; empty if there is none.
func CodeOf(err error) string {
	var p *Problem
	if errors.As(err, &p) {
		return p.Code
	}
	return ""
}

// maxAfter bounds how long a service can make its callers wait between two tries.
const maxAfter = time.Minute

// ErrNotBytepass is wrapped by the error of a call that something else has answered
// than Bytepass, or a gateway in front of it.
var ErrNotBytepass = errors.New("is not the address of a Bytepass API")

// refused returns the error that an answer of the service at base is; a temporary
// one if another try may succeed.
func refused(base string, res *http.Response, body []byte) error {
	p := problemOf(res.StatusCode, body)
	if p == nil {
		err := fmt.Errorf("%s %w, or a gateway in between is broken: it answers %q; is --url right?", base, ErrNotBytepass, res.Status)
		if ForTheMoment(res.StatusCode) {
			return Temporary(err, retryAfter(res.Header))
		}
		return err
	}
	p.Status, p.Request = res.StatusCode, res.Header.Get("X-Request-Id")
	if ForTheMoment(p.Status) {
		return Temporary(p, retryAfter(res.Header))
	}
	return p
}

// problemOf returns the problem that an answer tells, or that API Gateway tells
// when it asks the service nothing; nil if it is of neither. That there is no
// such page or route Bytepass says of no field: it is asked below a wrong path.
func problemOf(status int, body []byte) *Problem {
	var said struct {
		Problem
		Message string `json:"message"`
	}
	if err := json.Unmarshal(body, &said); err != nil {
		said.Code, said.Message = "", ""
	}
	p := &said.Problem
	switch {
	case said.Code == CodeNotFound && p.Field == "":
		return nil
	case said.Code != "" && p.Detail != "":
		return p
	case status == http.StatusUnauthorized:
		return &Problem{Code: CodeUnauthenticated, Detail: "the token is missing, has expired, or is not for this service"}
	case status == http.StatusForbidden && said.Message != "":
		return &Problem{Code: CodeForbidden, Detail: "the token may not do this"}
	}
	return nil
}

// ForTheMoment reports whether an answer of this status may be another one the next
// time. A server without room, or that cannot do what was asked, stays so.
func ForTheMoment(status int) bool {
	switch status {
	case http.StatusNotImplemented, http.StatusInsufficientStorage, http.StatusHTTPVersionNotSupported:
		return false
	case http.StatusTooManyRequests, http.StatusRequestTimeout:
		return true
	}
	return status >= http.StatusInternalServerError
}

// retryAfter reads the seconds of a Retry-After header (RFC 9110, section
// 10.2.3); a date is not understood, and is no reason to wait.
func retryAfter(h http.Header) time.Duration {
	seconds, err := strconv.Atoi(h.Get("Retry-After"))
	if err != nil || seconds < 0 {
		return 0
	}
	return min(time.Duration(seconds)*time.Second, maxAfter)
}
