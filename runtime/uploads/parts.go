package uploads

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/bytepass/bytepass/runtime/files"
)

// WantedPart is a part whose URL is asked for.
type WantedPart struct {
	Number int
	// Size is the part's length in bytes, where the upload's size is not
	// known; nil is the planned part size.
	Size *int64
	// ChecksumCRC64NVME is the part's, base64: the store then refuses other
	// bytes. Empty for none.
	ChecksumCRC64NVME string
}

// SignedPart is a URL to which one part may be sent.
type SignedPart struct {
	Number int
	files.Presigned
}

// Batch is a number of signed parts.
type Batch struct {
	Parts []SignedPart
	// ExpiresAt is when the first of the URLs expires; zero without parts.
	ExpiresAt time.Time
}

// SignParts signs the URLs of 1 to MaxBatch parts, each bound to its part's
// number and length. It asks the store nothing, so it does not know whether
// the upload is still there: a part sent to one that is gone is refused by the
// store.
func (c *Control) SignParts(ctx context.Context, space files.Space, key, uploadID string, wanted []WantedPart) (Batch, error) {
	up, err := find(space, key, uploadID)
	if err != nil {
		return Batch{}, err
	}
	if len(wanted) == 0 || len(wanted) > MaxBatch {
		return Batch{}, files.Problemf(files.CodeInvalidField, "partNumbers", "%d parts are asked for; ask for 1 to %d at once", len(wanted), MaxBatch)
	}
	return c.sign(ctx, up, wanted)
}

// SignOpenPart signs the URL of one part for a client that never says how long
// its parts are: where the size of the upload is not known, the part's length
// is left open, and the limit is checked on completion.
func (c *Control) SignOpenPart(ctx context.Context, space files.Space, key, uploadID string, number int) (files.Presigned, error) {
	up, err := find(space, key, uploadID)
	if err != nil {
		return files.Presigned{}, err
	}
	open := files.SizeUnknown
	wanted := WantedPart{Number: number}
	if up.size < 0 {
		wanted.Size = &open
	}
	batch, err := c.sign(ctx, up, []WantedPart{wanted})
	if err != nil {
		return files.Presigned{}, err
	}
	return batch.Parts[0].Presigned, nil
}

func (c *Control) sign(ctx context.Context, up target, wanted []WantedPart) (Batch, error) {
	plan := up.plan()
	if plan.Known() {
		if err := c.Limits.CheckSize(plan.Size); err != nil {
			return Batch{}, err
		}
	}
	batch := Batch{Parts: make([]SignedPart, len(wanted))}
	for i, w := range wanted {
		length, err := c.length(plan, w)
		if err != nil {
			return Batch{}, err
		}
		if err := files.CheckCRC64NVME("parts", w.ChecksumCRC64NVME); err != nil {
			return Batch{}, err
		}
		signed, err := c.Signer.PresignPart(ctx, files.PartUpload{
			ObjectKey: up.objectKey, UploadID: up.store, Number: w.Number, Size: length, ChecksumCRC64NVME: w.ChecksumCRC64NVME,
		}, c.Limits.Part)
		if err != nil {
			return Batch{}, fmt.Errorf("sign part %d: %w", w.Number, err)
		}
		batch.Parts[i] = SignedPart{Number: w.Number, Presigned: signed}
		if i == 0 || signed.ExpiresAt.Before(batch.ExpiresAt) {
			batch.ExpiresAt = signed.ExpiresAt
		}
	}
	return batch, nil
}

// length returns the length that a part's URL is bound to.
func (c *Control) length(plan Plan, w WantedPart) (int64, error) {
	last := files.MaxParts
	if plan.Known() {
		last = plan.Count()
	}
	if w.Number < 1 || w.Number > last {
		return 0, files.Problemf(files.CodeInvalidField, "partNumbers", "there is no part %d; the upload has the parts 1 to %d", w.Number, last)
	}
	if w.Size == nil && plan.PartSize == 0 {
		return 0, files.Problemf(files.CodeInvalidField, "parts", "how the file is cut is not known of an upload that was listed without the file's size; list it again with size, or say the size of part %d", w.Number)
	}
	if w.Size == nil {
		return plan.Length(w.Number), nil
	}
	size := *w.Size
	if size == files.SizeUnknown && !plan.Known() {
		return size, nil
	}
	if plan.Known() && size != plan.Length(w.Number) {
		return 0, files.Problemf(files.CodeInvalidField, "parts", "part %d has %d bytes in a file of %d, not %d; leave its size out", w.Number, plan.Length(w.Number), plan.Size, size)
	}
	if most := min(files.MaxPartSize, c.Limits.MaxSize); size < 0 || size > most {
		return 0, files.Problemf(files.CodeInvalidField, "parts", "part %d cannot have %d bytes; a part has 0 to %d", w.Number, size, most)
	}
	return size, nil
}

// Progress is what has arrived of an upload.
type Progress struct {
	Plan Plan
	files.PartList
}

// Progress returns the parts that are there, all of them. The error is a
// *GoneError when the store does not know the upload any more.
func (c *Control) Progress(ctx context.Context, space files.Space, key, uploadID string) (Progress, error) {
	up, err := find(space, key, uploadID)
	if err != nil {
		return Progress{}, err
	}
	ctx, cancel := context.WithTimeout(ctx, c.Wait)
	defer cancel()
	list, err := c.Store.UploadedParts(ctx, up.objectKey, up.store)
	if errors.Is(err, files.ErrUploadGone) {
		return Progress{}, c.gone(ctx, up)
	}
	if err != nil {
		return Progress{}, fmt.Errorf("list the parts: %w", err)
	}
	return Progress{Plan: up.plan(), PartList: list}, nil
}

// Unfinished is an upload that can be gone on with.
type Unfinished struct {
	Key       files.Key
	ID        string
	StartedAt time.Time
	Plan      Plan
}

// maxUnfinished bounds the answer of Control.Unfinished.
const maxUnfinished = 1000

// Unfinished returns the uploads of exactly this key that were neither
// completed nor aborted, the latest first, at most 1,000. So a client that has
// lost everything but the file can go on: size is the file's, nil if the
// caller does not know it.
//
// The ids lack the nonce, which the store shows only of a finished object. A
// completion by such an id that is asked for twice is recognised by the
// checksum or the list of parts that Finish holds, if it holds one; and
// whether it may overwrite has to be said again. Ids that were listed without
// the size do not tell how the file is cut either, so Complete wants the parts
// named, or the checksum, and a part is signed for a size that is said.
func (c *Control) Unfinished(ctx context.Context, space files.Space, key string, size *int64) ([]Unfinished, error) {
	k, err := files.ParseKey(key)
	if err != nil {
		return nil, err
	}
	objectKey, err := space.ObjectKey(k)
	if err != nil {
		return nil, err
	}
	known := files.SizeUnknown
	if size != nil {
		if known = *size; known > files.MaxMultipart {
			return nil, files.Problemf(files.CodeTooLarge, "size", "the size is %d bytes; S3 stores at most %d", known, files.MaxMultipart)
		}
		if err := c.Limits.CheckSize(known); err != nil {
			return nil, err
		}
	}
	ctx, cancel := context.WithTimeout(ctx, c.Wait)
	defer cancel()
	var found []Unfinished
	err = c.Store.UnfinishedUploads(ctx, objectKey, func(u files.Unfinished) error {
		if u.ObjectKey == objectKey { // a store lists by prefix
			i := id{store: u.UploadID, size: known}
			found = append(found, Unfinished{Key: k, ID: i.encode(objectKey), StartedAt: u.StartedAt, Plan: i.plan()})
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("list unfinished uploads: %w", err)
	}
	slices.SortStableFunc(found, func(a, b Unfinished) int { return b.StartedAt.Compare(a.StartedAt) })
	return found[:min(len(found), maxUnfinished)], nil
}
