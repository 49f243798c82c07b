package transfer

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"

	"github.com/bytepass/bytepass/runtime/client"
)

// parts is the sending of one file in parts.
type parts struct {
	*Engine
	put    Put
	source *source
	print  fingerprint

	id, key  string
	joined   bool // another Put began the upload, and may be busy with it
	plan     client.Plan
	checksum bool // the store compares CRC64NVME
	urls     *urls

	mu   sync.Mutex
	done map[int]client.Part
	same map[int]bool // parts whose ETag is their MD5, where the store compares nothing itself
	sent int64

	shared int64 // bytes that somebody else has sent meanwhile
}

const (
	// maxCompletions is how often a completion may name parts to send again.
	maxCompletions = 3
	// maxUploads is how many uploads may go away under a Put.
	maxUploads = 3
)

// putParts sends a file in parts, or what is missing of it. An upload that goes
// away without having become the file, because somebody aborted it, is followed
// by another one; the last of them is joined with nobody's.
func (e *Engine) putParts(ctx context.Context, s *source, print fingerprint, p Put, resume bool) (Result, error) {
	var sent int64
	for round := 1; ; round++ {
		u := &parts{Engine: e, put: p, source: s, print: print, done: map[int]client.Part{}, same: map[int]bool{}}
		result, err := u.run(ctx, resume && round < maxUploads)
		sent += result.Sent
		result.Sent = sent
		if !isGone(err) || round == maxUploads {
			return result, err
		}
		p.progress(-u.arrived())
	}
}

// run goes on with an upload, or begins one, to its end.
func (u *parts) run(ctx context.Context, resume bool) (Result, error) {
	var resumed int64
	var err error
	if resume {
		if resumed, err = u.find(ctx); err != nil {
			return Result{}, err
		}
	}
	if u.id == "" {
		if err := u.start(ctx); err != nil {
			return Result{}, err
		}
	}
	u.put.progress(resumed)
	size := u.source.size()
	result := Result{Key: u.key, Size: size, Resumed: resumed, SHA256: u.print.sha256, Verified: "size"}
	done, err := u.finish(ctx)
	result.Sent = u.sent
	result.Resumed += u.shared
	// What cannot become the file is of no use to the next Put; but somebody else may
	// be busy with an upload that was joined.
	if useless := errors.As(err, new(*ChangedError)) || client.CodeOf(err) == client.CodeConflict; useless && !u.joined {
		return result, errors.Join(err, u.abort(ctx, u.key, u.id))
	}
	if err != nil {
		return result, err
	}
	if elsewhere := size - u.arrived(); elsewhere > 0 {
		result.Resumed += elsewhere // who had begun the upload has sent it
		u.put.progress(elsewhere)
		if !u.checksum {
			if _, err := u.compare(ctx, done.ETag); err != nil {
				return result, err
			}
		}
	}
	result.VersionID, result.ETag = done.VersionID, done.ETag
	switch {
	case u.checksum:
		result.Verified = "crc64nvme"
	case len(u.same) == u.plan.PartCount:
		result.Verified = "etag"
	}
	listed, err := u.settle(ctx, done)
	result.Unlisted = !listed
	return result, err
}

// start begins an upload.
func (u *parts) start(ctx context.Context) error {
	size := u.source.size()
	started, err := u.API.Start(ctx, client.Upload{
		Key: u.put.Key, MimeType: u.put.MimeType, Size: &size, Overwrite: u.put.overwrite(), Metadata: u.put.Metadata,
		ChecksumSHA256: u.print.sha256, ChecksumCRC64NVME: encodeCRC(u.print.whole()),
	})
	if err != nil {
		return err
	}
	u.id, u.key, u.plan, u.checksum = started.ID, started.Key, started.Plan, started.Checksum == client.ChecksumCRC64NVME
	u.urls = newURLs(u.Engine, u.key, u.id)
	u.urls.keep(started.SignedParts)
	return checkPlan(u.plan, size)
}

// checkPlan refuses a plan that a fingerprint cannot serve.
func checkPlan(p client.Plan, size int64) error {
	if p.PartSize < block || p.PartSize%block != 0 || p.PartCount != int(max(1, (size+p.PartSize-1)/p.PartSize)) {
		return fmt.Errorf("the service cuts a file of %d bytes into %d parts of %d, which this command does not understand; use the one of the same version", size, p.PartCount, p.PartSize)
	}
	return nil
}

// piece returns where a part begins and how long it is, in bytes.
func (u *parts) piece(number int) (offset, length int64) {
	offset = int64(number-1) * u.plan.PartSize
	return offset, min(u.plan.PartSize, u.source.size()-offset)
}

// arrived returns how many bytes the parts have that are known to be there.
func (u *parts) arrived() (bytes int64) {
	for number := range u.done {
		_, length := u.piece(number)
		bytes += length
	}
	return bytes
}

// finish sends what is missing and completes, again if parts turn out to be
// wrong. An upload that the store does not know any more may have been completed
// by another Put that sends the same file: asked to complete it, the service
// says so.
func (u *parts) finish(ctx context.Context) (client.Completed, error) {
	for attempt := 1; ; attempt++ {
		sending := u.sendMissing(ctx)
		if sending != nil && !isGone(sending) {
			return client.Completed{}, sending
		}
		if err := u.source.check(); err != nil {
			return client.Completed{}, err
		}
		if sending != nil && len(u.done) == 0 && !u.checksum {
			return client.Completed{}, sending // by nothing could the file be told from another one
		}
		done, err := u.complete(ctx)
		var problem *client.Problem
		switch {
		case !errors.As(err, &problem):
			return done, err
		case problem.Code == client.CodeUploadGone && u.joined && problem.Current != nil:
			return u.became(ctx, *problem.Current, err)
		case problem.Code != client.CodeInvalidParts || len(problem.Parts) == 0 || attempt == maxCompletions:
			return done, err
		}
		for _, bad := range problem.Parts {
			if _, there := u.done[bad.Number]; !there {
				continue
			}
			_, length := u.piece(bad.Number)
			delete(u.done, bad.Number)
			u.put.progress(-length)
		}
	}
}

// missing returns the numbers of the parts that are not known to be there, in
// ascending order.
func (u *parts) missing() []int {
	var numbers []int
	for n := 1; n <= u.plan.PartCount; n++ {
		if _, there := u.done[n]; !there {
			numbers = append(numbers, n)
		}
	}
	return numbers
}

func (u *parts) complete(ctx context.Context) (client.Completed, error) {
	f := client.Finish{Key: u.key, Overwrite: u.put.overwrite()}
	for _, part := range u.done {
		part.Size = 0 // the service knows it
		f.Parts = append(f.Parts, part)
	}
	slices.SortFunc(f.Parts, func(a, b client.Part) int { return a.Number - b.Number })
	if u.checksum {
		f.ChecksumCRC64NVME = encodeCRC(u.print.whole())
	}
	return u.API.Complete(ctx, u.id, f)
}
