package api

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/bytepass/bytepass/runtime/files"
)

const (
	// maxBody bounds a JSON body in bytes, where an operation does not say
	// otherwise.
	maxBody = 64 << 10
	// maxFinish bounds what completes an upload, in bytes: 10,000 parts with their
	// tags and checksums, in JSON or XML, are about 1 MiB.
	maxFinish = 2 << 20
	// bodyTimeout is how long a small body may take to arrive, and slowestBody the
	// least that has to arrive of a larger one, in bytes a second: a long list of
	// parts comes from the slowest lines, too.
	bodyTimeout = 10 * time.Second
	slowestBody = 64 << 10
	// keptBody is the largest buffer that is kept for the next request.
	keptBody = 64 << 10
)

var bodies = sync.Pool{New: func() any { return new(bytes.Buffer) }}

// readBody reads the request's body into buf. The error is a *files.Problem.
func readBody(w http.ResponseWriter, r *http.Request, buf *bytes.Buffer, limit int64) error {
	if r.Body == nil || r.Body == http.NoBody {
		return nil
	}
	if r.ContentLength > limit {
		return bodyTooLarge(limit)
	}
	// A deadline that stays would end the request's context while it is served.
	connection := http.NewResponseController(w)
	_ = connection.SetReadDeadline(time.Now().Add(timeToRead(limit))) // not every front door has a connection
	n, err := buf.ReadFrom(io.LimitReader(r.Body, limit+1))
	if err != nil {
		return &files.Problem{Code: files.CodeInvalid, Detail: "the body did not arrive", Err: err}
	}
	_ = connection.SetReadDeadline(time.Time{})
	if n > limit {
		return bodyTooLarge(limit)
	}
	return nil
}

// timeToRead returns how long a body of at most limit bytes may take to arrive.
func timeToRead(limit int64) time.Duration {
	return bodyTimeout + time.Duration(max(0, limit-maxBody)/slowestBody)*time.Second
}

func bodyTooLarge(limit int64) error {
	return files.Problemf(files.CodeBodyTooLarge, "", "the body has more than the %d bytes that this route reads", limit)
}

// unmarshal decodes JSON strictly: valid UTF-8, no member twice, no member
// that v does not have, names as they are written. Otherwise two readers of
// one body could see two different keys.
func unmarshal(data []byte, v any) error {
	if err := json.Unmarshal(data, v, json.RejectUnknownMembers(true)); err != nil {
		return explained(err)
	}
	return nil
}

// explained returns what is wrong with a body in words for its sender.
func explained(err error) error {
	var syntax *jsontext.SyntacticError
	var semantic *json.SemanticError
	switch {
	case errors.As(err, &syntax):
		return fmt.Errorf("the body is not valid JSON at byte %d: %s", syntax.ByteOffset, strings.TrimPrefix(syntax.Err.Error(), "jsontext: "))
	case errors.As(err, &semantic) && errors.Is(err, json.ErrUnknownName):
		return fmt.Errorf("the body has the unknown member %q; names are case-sensitive", semantic.JSONPointer.LastToken())
	case errors.As(err, &semantic):
		return fmt.Errorf("the body's member %q is not what the schema says", semantic.JSONPointer.LastToken())
	}
	return errors.New("the body cannot be read as JSON")
}
