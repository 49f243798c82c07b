package files

import (
	"errors"
	"fmt"
)

// Code says what is wrong in a way that programs can rely on: codes never
// change their meaning. Package api maps each to its HTTP status, once.
type Code string

// The codes of everything that a caller can be told.
const (
	CodeInvalid         Code = "invalid-request"    // the request as a whole is malformed
	CodeInvalidField    Code = "invalid-field"      // one field is malformed
	CodeInvalidKey      Code = "invalid-key"        // the key breaks a rule of ParseKey
	CodeInvalidType     Code = "invalid-type"       // the media type is not one
	CodeTypeNotAllowed  Code = "type-not-allowed"   // the media type is not on the list
	CodeInvalidSize     Code = "invalid-size"       // missing, negative or not a number
	CodeTooLarge        Code = "too-large"          // over the largest size
	CodeInvalidChecksum Code = "invalid-checksum"   // not 32 bytes in base64
	CodeInvalidMetadata Code = "invalid-metadata"   // a name or the encoded size is not allowed
	CodeInvalidCursor   Code = "invalid-cursor"     // not a cursor that a page gave out
	CodeInvalidLimit    Code = "invalid-limit"      // outside of 1 to 1,000
	CodeBodyTooLarge    Code = "body-too-large"     // the JSON body is over its bound
	CodeUnauthenticated Code = "unauthenticated"    // no token, or one that does not verify
	CodeForbidden       Code = "forbidden"          // a valid token that may not do this
	CodeNotFound        Code = "not-found"          // no such file, version or route
	CodeMethod          Code = "method-not-allowed" // the route exists with another method
	CodeConflict        Code = "conflict"           // the state of the file forbids it
	CodePathConflict    Code = "path-conflict"      // a file stands where a folder must be, or the reverse
	CodeNameTooLong     Code = "name-too-long"      // the store cannot hold so long a segment
	CodeInvalidParts    Code = "invalid-parts"      // parts of an upload are wrong, missing or changed
	CodeUploadGone      Code = "upload-gone"        // S3 no longer knows the multipart upload
	CodeTooLargeToCopy  Code = "too-large-to-copy"  // a restore over 5 GB needs the command
	CodeUnavailable     Code = "unavailable"        // something behind us does not answer: try again
	CodeStoreFull       Code = "store-full"         // the store has no room: trying again alone does not help
	CodeNotServed       Code = "not-served"         // this function does not serve that route
	CodeInternal        Code = "internal"           // unexpected; details are in the log only
)

// Problem is an error that may be shown to the caller. Any other error is
// internal: it is logged and answered as CodeInternal without its text.
type Problem struct {
	Code   Code
	Field  string // the request's field at fault, such as "size"; empty if none
	Detail string // one sentence: what is wrong and the remedy
	Err    error  // the cause, for the log only
}

// Error returns the code, the field and the detail.
func (p *Problem) Error() string {
	if p.Field == "" {
		return fmt.Sprintf("%s: %s", p.Code, p.Detail)
	}
	return fmt.Sprintf("%s: %s: %s", p.Code, p.Field, p.Detail)
}

// Unwrap returns the cause.
func (p *Problem) Unwrap() error { return p.Err }

// Problemf makes a Problem; field may be empty.
func Problemf(code Code, field, format string, args ...any) *Problem {
	return &Problem{Code: code, Field: field, Detail: fmt.Sprintf(format, args...)}
}

// CodeOf returns the code of err: the one of the Problem in its chain, or
// CodeInternal. CodeOf(nil) is empty.
func CodeOf(err error) Code {
	if err == nil {
		return ""
	}
	var p *Problem
	if errors.As(err, &p) {
		return p.Code
	}
	return CodeInternal
}

// ErrChanged is what a conditional delete returns when the object's current
// version is no longer the one that was meant (412 of S3).
var ErrChanged = errors.New("files: the object has another current version by now")
