package main

import (
	"context"
	"sync"

	"github.com/bytepass/bytepass/runtime/transfer"
	"github.com/bytepass/bytepass/runtime/transfer/report"
)

// unlisted are files that were sent and that the catalog may not show yet.
type unlisted struct {
	mu    sync.Mutex
	files []sentFile
}

type sentFile struct {
	path   string
	result transfer.Result
}

func (u *unlisted) add(path string, r transfer.Result) {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.files = append(u.files, sentFile{path, r})
}

// wait waits for all of them, and tells of those that are refused or late. It is
// called when everything was sent: most are listed by then.
func (u *unlisted) wait(ctx context.Context, engine *transfer.Engine, told *report.Report) []error {
	if len(u.files) == 0 {
		return nil
	}
	all := func(yield func(sentFile, error) bool) {
		for _, f := range u.files {
			if !yield(f, nil) {
				return
			}
		}
	}
	return transfer.Batch(ctx, engine.Parallel, all, func(ctx context.Context, f sentFile) error {
		return engine.Settle(ctx, f.result)
	}, func(f sentFile, err error) {
		told.Failed(report.Event{Op: "put", Path: f.path, Key: f.result.Key}, resumable(err))
	})
}
