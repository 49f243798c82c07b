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
	if current.Size != size {
		return client.Completed{}, gone
	}
	same, err := u.compare(ctx, current.ETag)
	if err != nil {
		return client.Completed{}, err
	}
	if !same {
		return client.Completed{}, gone
	}
	u.checksum = false // nothing was compared by one
	return client.Completed{Key: u.key, ETag: current.ETag, VersionID: current.VersionID, Size: size}, nil
}

// compare reports whether the source has an ETag, and notes that all its parts are
// the same then. Another ETag proves nothing.
func (u *parts) compare(ctx context.Context, etag string) (same bool, err error) {
	sum := newETag(etag, u.source.size())
	if sum == nil {
		return false, nil
	}
	bytes := io.NewSectionReader(u.source.file, 0, u.source.size())
	_, err = io.Copy(sum, readFunc(func(p []byte) (int, error) {
		if err := ctx.Err(); err != nil {
			return 0, err
		}
		return bytes.Read(p)
	}))
	if err != nil || !sum.matches() {
		return false, err
	}
	for number := 1; number <= u.plan.PartCount; number++ {
		u.same[number] = true
	}
	return true, nil
}
