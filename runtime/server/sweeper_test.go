package server

import (
	"bytes"
	"context"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/bytepass/bytepass/runtime/files"
	"github.com/bytepass/bytepass/runtime/metrics"
)

// TestSweeper aborts what is stale by the clock that it was given, and ends
// with its context.
func TestSweeper(t *testing.T) {
	now := time.Date(2026, 1, 10, 0, 0, 0, 0, time.UTC)
	store := &left{began: now.Add(-48 * time.Hour), aborted: make(chan string, 1)}
	var log bytes.Buffer
	var work sync.WaitGroup
	ctx, stop := context.WithCancel(t.Context())
	s := sweeper{store, 24 * time.Hour, metrics.New("", time.Now), slog.New(slog.NewTextHandler(&log, nil)), func() time.Time { return now }}
	first := make(chan struct{})
	close(first)
	work.Go(func() { s.run(ctx, first) })
	if id := <-store.aborted; id != "stale" {
		t.Errorf("aborted %q", id)
	}
	stop()
	work.Wait()
	if !strings.Contains(log.String(), "uploads=1") {
		t.Errorf("the log says %q", log.String())
	}

	sweeper{store: store}.run(t.Context(), first) // nothing is ever stale
}

// left is a stale upload and a young one.
type left struct {
	began   time.Time
	aborted chan string
}

func (l *left) UnfinishedUploads(_ context.Context, _ string, visit func(files.Unfinished) error) error {
	if err := visit(files.Unfinished{ObjectKey: "u/a/k", UploadID: "stale", StartedAt: l.began}); err != nil {
		return err
	}
	return visit(files.Unfinished{ObjectKey: "u/a/k", UploadID: "young", StartedAt: l.began.Add(36 * time.Hour)})
}

func (l *left) AbortUpload(_ context.Context, _, uploadID string) error {
	l.aborted <- uploadID
	return nil
}
