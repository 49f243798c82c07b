package transfer

import (
	"context"
	"fmt"
	"time"

	"github.com/bytepass/bytepass/runtime/client"
)

// maxAborts is how often an upload is aborted that does not go away.
const maxAborts = 5

// abort gives an upload up, also when ctx has ended. A part whose sending was
// cut off may still be arriving at the store and outlive the abort
// (https://docs.aws.amazon.com/AmazonS3/latest/API/API_AbortMultipartUpload.html),
// so abort looks, and does it again.
func (e *Engine) abort(ctx context.Context, key, id string) error {
	ctx = context.WithoutCancel(ctx)
	for range maxAborts {
		if err := e.API.Abort(ctx, key, id); err != nil {
			return fmt.Errorf("its parts could not be removed: %w", err)
		}
		time.Sleep(100 * time.Millisecond)
		if _, err := e.API.Progress(ctx, key, id); client.CodeOf(err) == client.CodeUploadGone {
			return nil
		}
	}
	return fmt.Errorf("parts of it may be left; \"bytepass uploads\" lists them")
}
