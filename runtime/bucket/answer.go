package bucket

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"

	"github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"

	"github.com/bytepass/bytepass/runtime/files"
)

// explain puts the name of the operation before err, or makes it a problem
// when trying again can help.
func explain(operation string, err error) error {
	err = fmt.Errorf("%s: %w", operation, err)
	if statusOf(err) == http.StatusInsufficientStorage {
		return storeFull(err)
	}
	if unanswered(err) {
		return &files.Problem{Code: files.CodeUnavailable, Detail: "the store does not answer at the moment; try again", Err: err}
	}
	return err
}

// storeFull is the problem of a store without room.
func storeFull(err error) error {
	return &files.Problem{Code: files.CodeStoreFull, Detail: "the store has no room left; try again when whoever runs it has made some", Err: err}
}

// statusOf returns the HTTP status of the store's answer, 0 if there was none.
// The answer to a HEAD has no body and so no code: its status is all there is.
func statusOf(err error) int {
	var answer *smithyhttp.ResponseError
	if errors.As(err, &answer) && answer.Response != nil {
		return answer.HTTPStatusCode()
	}
	return 0
}

// isOne reports whether the store answered with one of these codes.
func isOne(err error, codes ...string) bool {
	var answer smithy.APIError
	return errors.As(err, &answer) && slices.Contains(codes, answer.ErrorCode())
}

// unanswered reports whether trying again later can help: there was no answer,
// or one that says so.
func unanswered(err error) bool {
	if errors.Is(err, context.Canceled) {
		return false
	}
	switch status := statusOf(err); {
	case status == 0:
		var sending *smithy.OperationError
		return errors.Is(err, context.DeadlineExceeded) || errors.As(err, &sending)
	case status == http.StatusNotImplemented, status == http.StatusInsufficientStorage:
		return false
	case status == http.StatusTooManyRequests, status >= http.StatusInternalServerError:
		return true
	}
	return isOne(err, "ConditionalRequestConflict", "OperationAborted", "SlowDown", "RequestTimeout", "InternalError")
}
