package transfer

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/bytepass/bytepass/runtime/client"
)

const (
	// maxAborts is how often an upload is aborted that does not go away.
	maxAborts = 5
	// abortTimeout is how long that may take: somebody waits for the end of what
	// he has interrupted.
	abortTimeout = 15 * time.Second
)

// LeftBehindError is about an upload that was given up and of which parts may be
// left.
type LeftBehindError struct{ why error }

// Error says so, and the remedy.
func (e *LeftBehindError) Error() string {
	return fmt.Sprintf("parts of it may be left (%v); \"bytepass uploads --abort\" removes them", e.why)
}

// Unwrap returns why they could not be removed.
func (e *LeftBehindError) Unwrap() error { return e.why }

// abort gives an upload up, also when ctx has ended. A part whose sending was
// cut off may still be arriving at the store and outlive the abort
// (https://docs.aws.amazon.com/AmazonS3/latest/API/API_AbortMultipartUpload.html),
// so abort looks, and does it again. The error is a *LeftBehindError.
func (e *Engine) abort(ctx context.Context, key, id string) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), abortTimeout)
	defer cancel()
	for range maxAborts {
		if err := e.API.Abort(ctx, key, id); err != nil {
			return &LeftBehindError{err}
		}
		time.Sleep(100 * time.Millisecond)
		if _, err := e.API.Progress(ctx, key, id); client.CodeOf(err) == client.CodeUploadGone {
			return nil
		}
	}
	return &LeftBehindError{errors.New("it is still there")}
}
