package embedded

import (
	"errors"
	"io"

	"github.com/versity/versitygw/s3err"
)

// whole returns a body whose end is an error as long as fewer than length bytes
// were read. The gateway takes the end of a connection for the end of the body,
// and would keep what a client had sent when it died as if that were all.
func whole(body io.Reader, length *int64) io.Reader {
	if body == nil || length == nil || *length < 0 {
		return body
	}
	return &wholeBody{body, *length}
}

type wholeBody struct {
	body io.Reader
	left int64
}

// Read reads the body.
func (w *wholeBody) Read(p []byte) (int, error) {
	n, err := w.body.Read(p)
	w.left -= int64(n)
	if errors.Is(err, io.EOF) && w.left > 0 {
		err = s3err.GetAPIError(s3err.ErrIncompleteBody)
	}
	return n, err
}
