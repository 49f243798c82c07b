package uploads

import (
	"context"
	"crypto/md5" //nolint:gosec // S3 defines the ETag of an object in parts by it
	"encoding/hex"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/bytepass/bytepass/runtime/files"
)

// GoneError says that the store does not know an upload any more and that the
// key does not hold what it would have become. It is a *files.Problem with
// CodeUploadGone.
type GoneError struct {
	Problem *files.Problem
	Current files.Record // what the key holds now; zero if nothing
	Found   bool         // the key holds something
}

// Error returns the problem's text.
func (e *GoneError) Error() string { return e.Problem.Error() }

// Unwrap returns the problem.
func (e *GoneError) Unwrap() error { return e.Problem }

// settle answers a completion when the store did not, or did not name the
// version: by what the key holds now. done is what the store answered; without
// an answer, otherwise is the error when the key does not hold the file.
func (c *Control) settle(ctx context.Context, up target, f Finish, done files.Completed, otherwise error) (Completed, error) {
	head, found, err := c.Objects.Head(ctx, up.objectKey)
	if err != nil {
		return Completed{}, fmt.Errorf("look at the object: %w", err)
	}
	switch {
	case found && up.became(head, f, done):
		if sum := f.ChecksumCRC64NVME; sum != "" && head.ChecksumCRC64NVME != "" && sum != head.ChecksumCRC64NVME {
			return Completed{}, files.Problemf(files.CodeInvalidChecksum, "checksumCRC64NVME", "the file was completed, and its CRC64NVME is %s", head.ChecksumCRC64NVME)
		}
		return c.completed(up, head.Size, files.Completed{ETag: head.ETag, VersionID: head.VersionID, ChecksumCRC64NVME: head.ChecksumCRC64NVME}), nil
	case otherwise != nil:
		return Completed{}, otherwise
	case !found && done.ETag != "":
		return Completed{}, underWay(nil)
	}
	return Completed{}, c.goneError(up, head, found)
}

// settleGone is settle for an upload that the store does not know, where the
// file may still be about to appear.
func (c *Control) settleGone(ctx context.Context, up target, f Finish) (Completed, error) {
	return c.settleSoon(ctx, up, f, nil)
}

// settleBack answers the completion of an upload whose parts do not allow it,
// which is what otherwise says. On some stores an upload that was completed comes
// back with a part that arrives in that moment, without its checksum and its other
// parts: the answer is the file that it became, and those remains are removed.
func (c *Control) settleBack(ctx context.Context, up target, list files.PartList, f Finish, otherwise error) (Completed, error) {
	var done Completed
	var err error
	switch bare := f.ChecksumCRC64NVME != "" && !list.FullChecksum; {
	case bare: // another server may be completing it
		done, err = c.settleSoon(ctx, up, f, otherwise)
	case up.nonce != "":
		done, err = c.settle(ctx, up, f, files.Completed{}, otherwise)
	default: // by nothing would the file be told from another one
		return Completed{}, otherwise
	}
	if err == nil {
		// What stays all the same is aborted when it is stale.
		_ = c.Store.AbortUpload(ctx, up.objectKey, up.store)
	}
	return done, err
}

// settlePause is how long settleSoon waits before it looks again.
const settlePause = 50 * time.Millisecond

// settleSoon is settle where the file may still be about to appear.
func (c *Control) settleSoon(ctx context.Context, up target, f Finish, otherwise error) (Completed, error) {
	for deadline := time.Now().Add(c.Settle); ; {
		done, err := c.settle(ctx, up, f, files.Completed{}, otherwise)
		missing := errors.As(err, new(*GoneError)) || otherwise != nil && errors.Is(err, otherwise)
		if !missing || time.Now().After(deadline) {
			return done, err
		}
		select {
		case <-ctx.Done():
			return done, err
		case <-time.After(settlePause):
		}
	}
}

// became reports whether head is of the object that the upload became.
func (t target) became(head files.Head, f Finish, done files.Completed) bool {
	switch {
	case t.nonce != "":
		return head.Declared && head.Declaration.Nonce == t.nonce
	case done.VersionID != "":
		return done.VersionID == head.VersionID
	case t.size >= 0 && t.size != head.Size:
		return false
	case done.ETag != "":
		return done.ETag == head.ETag
	case f.ChecksumCRC64NVME != "" && head.ChecksumCRC64NVME != "":
		return f.ChecksumCRC64NVME == head.ChecksumCRC64NVME
	}
	return len(f.Parts) > 0 && etagOf(remembered(f.Parts)) == head.ETag
}

// remembered returns the parts that a client remembers, in their order.
func remembered(parts []FinishedPart) []files.Part {
	all := make([]files.Part, len(parts))
	for i, p := range parts {
		all[i] = files.Part{Number: p.Number, ETag: bareETag(p.ETag)}
	}
	slices.SortFunc(all, func(a, b files.Part) int { return a.Number - b.Number })
	return all
}

// etagOf returns the ETag of an object that is made of these parts: the MD5 of
// their ETags, and how many there are. A store that encrypts with keys of its
// own may use another rule, so another ETag proves nothing. It is empty when an
// ETag is missing.
func etagOf(parts []files.Part) string {
	sum := md5.New() //nolint:gosec // see above
	for _, p := range parts {
		raw, err := hex.DecodeString(p.ETag)
		if err != nil || len(raw) != md5.Size {
			return ""
		}
		sum.Write(raw)
	}
	return fmt.Sprintf("%x-%d", sum.Sum(nil), len(parts))
}

// gone returns the *GoneError of an upload that the store does not know.
func (c *Control) gone(ctx context.Context, up target) error {
	head, found, err := c.Objects.Head(ctx, up.objectKey)
	if err != nil {
		return fmt.Errorf("look at the object: %w", err)
	}
	return c.goneError(up, head, found)
}

func (c *Control) goneError(up target, head files.Head, found bool) *GoneError {
	e := &GoneError{Found: found}
	switch {
	case !found:
		e.Problem = files.Problemf(files.CodeUploadGone, "uploadId", "the store does not know this upload any more and holds no file %q; start again", up.key)
		return e
	case up.nonce != "" && head.Declared && head.Declaration.Nonce == up.nonce:
		e.Problem = files.Problemf(files.CodeUploadGone, "uploadId", "this upload was completed: the file %q is there", up.key)
	default:
		e.Problem = files.Problemf(files.CodeUploadGone, "uploadId", "the store does not know this upload any more, and the file %q that it holds comes from another one; look whether it is the one you want, or start again", up.key)
	}
	e.Current = files.Record{
		Space: up.space, Key: up.key, Bucket: c.Bucket, Size: head.Size, MimeType: head.MimeType, ETag: head.ETag, VersionID: head.VersionID,
		UploadedAt: head.LastModified, Metadata: maps.Clone(head.Declaration.Metadata), Name: head.Declaration.Name,
		ChecksumSHA256: head.ChecksumSHA256, Status: files.Stored,
	}
	return e
}
