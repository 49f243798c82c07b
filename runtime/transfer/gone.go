package transfer

import (
	"context"
	"errors"
	"io"

	"github.com/bytepass/bytepass/runtime/client"
)

// isGone reports whether an error says, in the store's words or the service's,
// that there is no such upload any more.
func isGone(err error) bool {
	return errors.Is(err, errGone) || client.CodeOf(err) == client.CodeUploadGone
}

// became returns the file that the key holds now, in place of an upload that is
// gone, if its ETag proves that it is this one; otherwise gone. It is for stores
// that keep no checksum of a whole file, by which the service would know.
func (u *parts) became(ctx context.Context, current client.File, gone error) (client.Completed, error) {
	size := u.source.size()
	sum := newETag(current.ETag, size)
	if sum == nil || current.Size != size {
		return client.Completed{}, gone
	}
	bytes := io.NewSectionReader(u.source.file, 0, size)
	_, err := io.Copy(sum, readFunc(func(p []byte) (int, error) {
		if err := ctx.Err(); err != nil {
			return 0, err
		}
		return bytes.Read(p)
	}))
	if err != nil {
		return client.Completed{}, err
	}
	if !sum.matches() {
		return client.Completed{}, gone
	}
	for number := 1; number <= u.plan.PartCount; number++ {
		u.same[number] = true
	}
	u.checksum = false // nothing was compared by one
	return client.Completed{Key: u.key, ETag: current.ETag, VersionID: current.VersionID, Size: size}, nil
}
