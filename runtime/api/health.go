package api

import (
	"context"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/bytepass/bytepass/runtime/files"
)

// checkTimeout bounds each check of /readyz.
const checkTimeout = 5 * time.Second

// Health is the answer of a healthy server.
type Health struct {
	Status string `json:"status" doc:"ok" example:"ok"`
}

type healthOutput struct {
	Body Health
}

func (s *service) registerHealth(operations huma.API) {
	register(s, operations, operation{
		id: "healthz", method: http.MethodGet, path: "/healthz", tag: "service",
		summary:     "Is it alive",
		description: "Answers as long as requests are served, whatever is behind.",
	}, func(context.Context, *struct{}) (*healthOutput, error) {
		return &healthOutput{Health{"ok"}}, nil
	})
	register(s, operations, operation{
		id: "readyz", method: http.MethodGet, path: "/readyz", tag: "service",
		summary:     "Does everything behind it work",
		description: "Tries what the server needs. The problem names what failed. On AWS there is no such route.",
	}, s.ready)
}

func (s *service) ready(ctx context.Context, _ *struct{}) (*healthOutput, error) {
	if s.Ready == nil {
		return nil, notServed()
	}
	ctx, cancel := context.WithTimeout(ctx, checkTimeout)
	defer cancel()
	errs := make([]error, len(s.Ready))
	var wg sync.WaitGroup
	for i, check := range s.Ready {
		wg.Go(func() { errs[i] = check.Ping(ctx) })
	}
	wg.Wait()
	var failed []string
	for i, err := range errs {
		if err != nil {
			failed = append(failed, s.Ready[i].Name)
			s.Log.WarnContext(ctx, "not ready", slog.String("check", s.Ready[i].Name), slog.Any("error", err))
		}
	}
	if len(failed) > 0 {
		return nil, files.Problemf(files.CodeUnavailable, "", "not ready: %s", strings.Join(failed, ", "))
	}
	return &healthOutput{Health{"ok"}}, nil
}
