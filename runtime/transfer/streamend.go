package transfer

import (
	"context"
	"slices"

	"github.com/bytepass/bytepass/runtime/client"
)

func (s *stream) complete(ctx context.Context, crc uint64) (client.Completed, error) {
	slices.SortFunc(s.parts, func(a, b client.Part) int { return a.Number - b.Number })
	f := client.Finish{Key: s.started.Key, Parts: s.parts, Overwrite: s.put.overwrite()}
	if s.checks() {
		f.ChecksumCRC64NVME = encodeCRC(crc)
	}
	return s.API.Complete(ctx, s.started.ID, f)
}

// completeOrNot says what became of a completion that was interrupted: the service
// goes on with it all the same. After an abort nothing more becomes of the upload,
// so that the answer stays true.
func (s *stream) completeOrNot(ctx context.Context, crc uint64, interrupted error) (client.Completed, error) {
	if err := s.abort(ctx, s.started.Key, s.started.ID); err != nil {
		return client.Completed{}, interrupted
	}
	asking, cancel := context.WithTimeout(context.WithoutCancel(ctx), abortTimeout)
	defer cancel()
	done, err := s.complete(asking, crc)
	if err != nil {
		return client.Completed{}, interrupted
	}
	return done, nil
}
