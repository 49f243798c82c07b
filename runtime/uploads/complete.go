package uploads

import (
	"context"
	"errors"
	"fmt"

	"github.com/bytepass/bytepass/runtime/files"
)

// Finish is what a caller says to complete an upload.
type Finish struct {
	// Parts are what the client remembers of its parts; none to take those
	// that the store has.
	Parts []FinishedPart
	// NoOverwrite refuses to complete when the key is taken. An upload that
	// was started so needs not say it again.
	NoOverwrite bool
	// ChecksumCRC64NVME is the whole file's, base64; the store compares it.
	ChecksumCRC64NVME string
}

// Completed is the object that an upload became.
type Completed struct {
	Key               files.Key
	Location          string // the object's URL, unsigned
	ETag              string // without quotes
	VersionID         string // empty where the bucket is not versioned
	Size              int64  // bytes
	ChecksumCRC64NVME string // base64; empty where the store keeps none
}

// Complete makes the file of its parts. Before it does, it checks the store's
// list of them: a *PartsError names those that are wrong, missing or changed,
// and a file over the limit is refused. Nothing is lost by an error: the parts
// stay until they are aborted.
//
// Complete is idempotent: asked again, also at the same time or after the
// first answer got lost, it gives the same answer. When the upload is neither
// there nor completed, or was overwritten since, the error is a *GoneError
// that says what is there now.
//
// A completion may take minutes. When ctx ends or Config.Wait is over, it goes
// on all the same, and the error (CodeUnavailable) asks the caller to come
// back.
func (c *Control) Complete(ctx context.Context, space files.Space, key, uploadID string, f Finish) (Completed, error) {
	up, err := find(space, key, uploadID)
	if err != nil {
		return Completed{}, err
	}
	if err := files.CheckCRC64NVME("checksumCRC64NVME", f.ChecksumCRC64NVME); err != nil {
		return Completed{}, err
	}
	if up.plan().PartSize == 0 && len(f.Parts) == 0 && f.ChecksumCRC64NVME == "" {
		return Completed{}, files.Problemf(files.CodeInvalidField, "parts", "whether all parts are there is not known of an upload that was listed without the file's size; list it again with size, or name the parts")
	}
	f.NoOverwrite = f.NoOverwrite || up.noOverwrite
	waiting, stopWaiting := context.WithTimeout(ctx, c.Wait)
	defer stopWaiting()
	leave, err := c.completing.enter(waiting, up.objectKey+"\x00"+up.store)
	if err != nil {
		return Completed{}, underWay(err)
	}

	type result struct {
		done Completed
		err  error
	}
	results := make(chan result, 1)
	working, stopWorking := context.WithTimeout(context.WithoutCancel(ctx), c.Finish)
	go func() {
		defer leave()
		defer stopWorking()
		done, err := c.complete(working, up, f)
		results <- result{done, err}
	}()
	select {
	case r := <-results:
		return r.done, r.err
	case <-waiting.Done():
		return Completed{}, underWay(waiting.Err())
	}
}

func underWay(err error) error {
	p := files.Problemf(files.CodeUnavailable, "", "the store is still putting the parts together; complete again in a few seconds to get the answer")
	p.Err = err
	return p
}

func (c *Control) complete(ctx context.Context, up target, f Finish) (Completed, error) {
	list, err := c.Store.UploadedParts(ctx, up.objectKey, up.store)
	if errors.Is(err, files.ErrUploadGone) {
		return c.settleGone(ctx, up, f)
	}
	if err != nil {
		return Completed{}, fmt.Errorf("list the parts: %w", err)
	}
	completion, err := c.check(up, list, f)
	if err != nil {
		return c.settleBack(ctx, up, list, f, err)
	}
	if f.NoOverwrite {
		_, found, err := c.Objects.Head(ctx, up.objectKey)
		if err != nil {
			return Completed{}, fmt.Errorf("look for an object of the key: %w", err)
		}
		if found {
			// Another file; or ours, on a store that shows it before it forgets the
			// upload.
			return c.settle(ctx, up, f, files.Completed{}, taken(up.key))
		}
	}
	done, err := c.Store.CompleteUpload(ctx, completion)
	switch {
	case errors.Is(err, files.ErrUploadGone):
		return c.settleGone(ctx, up, f)
	case errors.Is(err, files.ErrExists):
		return c.settle(ctx, up, f, files.Completed{}, taken(up.key))
	case errors.Is(err, files.ErrPartChanged):
		return c.changed(ctx, up, f, completion)
	case err != nil:
		return Completed{}, fmt.Errorf("complete: %w", err)
	case done.VersionID == "": // as versitygw says it
		return c.settle(ctx, up, f, done, nil)
	case done.ETag != etagOf(completion.Parts):
		// Ceph names none, or that of the version before. Where a store has another
		// rule for ETags, because it encrypts with keys of its own, this is a look
		// that was not needed.
		settled, err := c.settle(ctx, up, f, files.Completed{VersionID: done.VersionID}, nil)
		if !errors.As(err, new(*GoneError)) {
			return settled, err
		}
		// The store has made this version, and somebody replaced it at once.
		if done.ETag == "" {
			done.ETag = etagOf(completion.Parts)
		}
	}
	return c.completed(up, completion.Size(), done), nil
}

// check returns the completion that f asks for, if the parts that are there
// allow it.
func (c *Control) check(up target, list files.PartList, f Finish) (files.Completion, error) {
	if f.ChecksumCRC64NVME != "" && !list.FullChecksum {
		return files.Completion{}, files.Problemf(files.CodeInvalidChecksum, "checksumCRC64NVME", "this store keeps no checksum of an object that came in parts, so it cannot compare one; leave the field out")
	}
	parts, err := choose(NewPlan(up.size), list.Parts, f.Parts)
	if err != nil {
		return files.Completion{}, err
	}
	completion := files.Completion{
		ObjectKey: up.objectKey, UploadID: up.store, Parts: parts,
		NoOverwrite: f.NoOverwrite, ChecksumCRC64NVME: f.ChecksumCRC64NVME,
	}
	if err := c.Limits.CheckSize(completion.Size()); err != nil {
		return files.Completion{}, err
	}
	return completion, nil
}

// changed answers a completion whose parts are not what they were when they were
// listed: it names them, unless the upload was completed or aborted meanwhile.
func (c *Control) changed(ctx context.Context, up target, f Finish, was files.Completion) (Completed, error) {
	list, err := c.Store.UploadedParts(ctx, up.objectKey, up.store)
	if errors.Is(err, files.ErrUploadGone) {
		return c.settleGone(ctx, up, f)
	}
	if err != nil {
		return Completed{}, fmt.Errorf("list the parts again: %w", err)
	}
	now := make(map[int]files.Part, len(list.Parts))
	for _, p := range list.Parts {
		now[p.Number] = p
	}
	var bad []BadPart
	for _, p := range was.Parts {
		if now[p.Number].ETag != p.ETag {
			bad = append(bad, BadPart{p.Number, "was replaced while the upload was being completed"})
		}
	}
	if len(bad) == 0 {
		return Completed{}, files.Problemf(files.CodeUnavailable, "", "a part was replaced while the upload was being completed; complete again")
	}
	return Completed{}, &PartsError{Parts: bad}
}

func (c *Control) completed(up target, size int64, done files.Completed) Completed {
	return Completed{
		Key: up.key, Location: c.Signer.ObjectURL(up.objectKey), Size: size,
		ETag: done.ETag, VersionID: done.VersionID, ChecksumCRC64NVME: done.ChecksumCRC64NVME,
	}
}

// Abort forgets an upload and its parts. It is idempotent: an upload that is
// not there, because it was aborted or completed, is no error, and a completed
// file stays.
func (c *Control) Abort(ctx context.Context, space files.Space, key, uploadID string) error {
	up, err := find(space, key, uploadID)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, c.Wait)
	defer cancel()
	// Parts that are under way during an abort can stay behind, so S3 asks to
	// look and to abort again:
	// https://docs.aws.amazon.com/AmazonS3/latest/API/API_AbortMultipartUpload.html
	const tries = 3
	for range tries {
		err := c.Store.AbortUpload(ctx, up.objectKey, up.store)
		if err == nil {
			_, err = c.Store.UploadedParts(ctx, up.objectKey, up.store)
		}
		if errors.Is(err, files.ErrUploadGone) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("abort: %w", err)
		}
	}
	return files.Problemf(files.CodeUnavailable, "", "parts were still arriving while the upload was aborted; stop sending them and abort again")
}
