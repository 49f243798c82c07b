package transfer

import (
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"net/http"

	"github.com/bytepass/bytepass/runtime/client"
)

// What a store may say of a request.
var (
	errForbidden = errors.New("the store refuses the signed URL")
	errGone      = errors.New("the store does not know the upload or file any more")
	errDigest    = errors.New("the store received other bytes than were announced")
	errTaken     = errors.New("there is a file of this key already")
	errStalled   = errors.New("the connection made no progress")
	errNoRanges  = errors.New("the store gives whole files only")
)

// localError is an error of this machine's file, which no other try mends.
type localError struct{ error }

// refusal returns what an answer other than success means: one of the errors
// above, a temporary one, or the store's own code and text.
func refusal(res *http.Response) error {
	if res.StatusCode/100 == 2 {
		return nil
	}
	var said struct{ Code, Message string }
	body, _ := io.ReadAll(io.LimitReader(res.Body, 16<<10)) // the status says enough without
	_ = xml.Unmarshal(body, &said)                          // a gateway in between answers something else
	err := fmt.Errorf("the store answers %q %s %s", res.Status, said.Code, said.Message)
	switch {
	case isFull(res.StatusCode, said.Code):
		return &client.Problem{Status: res.StatusCode, Code: client.CodeStoreFull, Detail: fmt.Sprintf("the store has no room left (it answers %q %s)", res.Status, said.Code)}
	case res.StatusCode == http.StatusForbidden, said.Code == "ExpiredToken":
		return fmt.Errorf("%w: %w", errForbidden, err)
	case said.Code == "BadDigest", said.Code == "XAmzContentSHA256Mismatch", said.Code == "IncompleteBody":
		return fmt.Errorf("%w: %w", errDigest, err)
	case res.StatusCode == http.StatusNotFound:
		return fmt.Errorf("%w: %w", errGone, err)
	case res.StatusCode == http.StatusPreconditionFailed:
		return fmt.Errorf("%w: %w", errTaken, err)
	case client.ForTheMoment(res.StatusCode),
		said.Code == "RequestTimeout", res.StatusCode == http.StatusConflict && said.Code == "OperationAborted":
		return client.Temporary(err, 0)
	}
	return err
}

// isFull reports whether a store says that it has no room, of whatever kind. No
// other try makes any.
func isFull(status int, code string) bool {
	switch code {
	case "QuotaExceeded", "XMinioAdminBucketQuotaExceeded", "XMinioStorageFull":
		return true
	}
	return status == http.StatusInsufficientStorage
}

func bare(etag string) string {
	if len(etag) > 1 && etag[0] == '"' && etag[len(etag)-1] == '"' {
		return etag[1 : len(etag)-1]
	}
	return etag
}
