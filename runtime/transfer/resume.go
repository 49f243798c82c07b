package transfer

import (
	"context"
	"crypto/md5" //nolint:gosec // it is what an ETag is made of, no proof
	"encoding/hex"
	"io"

	"github.com/bytepass/bytepass/runtime/client"
)

// maxCandidates is how many unfinished uploads of a key are looked at, the
// latest first.
const maxCandidates = 10

// find looks for an unfinished upload of the same file to go on with, and
// returns how many bytes of it are there. One without parts tells nothing of
// the file that it was begun for, and one that holds other bytes is somebody
// else's: both are left alone.
func (u *parts) find(ctx context.Context) (resumed int64, err error) {
	size := u.source.size()
	candidates, err := u.API.UnfinishedOf(ctx, u.put.Key, size)
	if err != nil {
		return 0, err
	}
	for _, c := range candidates[:min(len(candidates), maxCandidates)] {
		progress, err := u.API.Progress(ctx, c.Key, c.ID)
		if client.CodeOf(err) == client.CodeUploadGone {
			continue
		}
		if err != nil {
			return 0, err
		}
		if err := checkPlan(c.Plan, size); err != nil {
			return 0, err
		}
		u.plan = c.Plan
		done, bytes, err := u.recognise(ctx, progress.Parts)
		if err != nil {
			return 0, err
		}
		if len(done) == 0 {
			continue
		}
		u.id, u.key, u.joined, u.done = c.ID, c.Key, true, done
		for number := range done {
			u.same[number] = true // by its ETag or better
		}
		u.checksum = progress.Checksum == client.ChecksumCRC64NVME
		u.urls = newURLs(u.Engine, u.key, u.id)
		return bytes, nil
	}
	return 0, nil
}

// recognise returns the parts that are there and how many bytes they have, if
// all of them are parts of this file; none otherwise. Some stores keep what came
// of a part before its connection broke, under the part's whole size or its own:
// such a beginning is no hindrance, and is sent again.
func (u *parts) recognise(ctx context.Context, there []client.Part) (map[int]client.Part, int64, error) {
	done, bytes := map[int]client.Part{}, int64(0)
	for _, part := range there {
		if part.Number < 1 || part.Number > u.plan.PartCount {
			return nil, 0, nil
		}
		offset, length := u.piece(part.Number)
		whole, beginning, err := u.holds(ctx, offset, length, part)
		switch {
		case err != nil:
			return nil, 0, err
		case whole:
			done[part.Number] = part
			bytes += length
		case !beginning:
			return nil, 0, nil
		}
	}
	return done, bytes, nil
}

// holds reports whether a part has the bytes of this file from offset on: all
// of them, or a beginning.
func (u *parts) holds(ctx context.Context, offset, length int64, part client.Part) (whole, beginning bool, err error) {
	bytes := io.NewSectionReader(u.source.file, offset, length)
	switch {
	case ctx.Err() != nil:
		return false, false, ctx.Err()
	case part.Size > length:
		return false, false, nil
	case part.ChecksumCRC64NVME == "":
		// The ETag is the part's MD5 on stores that keep no checksum of parts.
		sum := md5.New() //nolint:gosec // see above
		_, err = io.CopyN(sum, bytes, part.Size)
		same := hex.EncodeToString(sum.Sum(nil)) == part.ETag
		return same && part.Size == length, same, err
	case part.Size == length && part.ChecksumCRC64NVME == encodeCRC(u.print.crc(offset, length)):
		return true, true, nil
	}
	beginning, err = hasPrefixCRC(bytes, part.ChecksumCRC64NVME)
	return false, beginning, err
}
