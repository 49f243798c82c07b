package verify

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
)

// started is a multipart upload that has begun.
type started struct {
	ID    string `json:"uploadId"`
	Key   string `json:"key"`
	Parts []struct {
		URL     string            `json:"url"`
		Headers map[string]string `json:"headers"`
	} `json:"parts"`
}

func (p *probe) start(ctx context.Context, name string, size int) (started, signed, error) {
	c := call{who: p.own, method: http.MethodPost, path: "/api/uploads", body: map[string]any{"key": p.key(name), "mimeType": p.cfg.MimeType, "size": size}}
	var s started
	if err := p.call(ctx, c, &s); err != nil {
		return s, signed{}, err
	}
	p.remember(made{key: s.Key, id: s.ID})
	if len(s.Parts) != 1 {
		return s, signed{}, &Failure{c.String(), "the URL of one part", fmt.Sprintf("%d", len(s.Parts))}
	}
	return s, signed{URL: s.Parts[0].URL, Key: s.Key, Headers: s.Parts[0].Headers}, nil
}

// multipart uploads a file in one part, and aborts another upload.
func (p *probe) multipart(ctx context.Context) error {
	body := p.content("parts")
	s, part, err := p.start(ctx, "parts", len(body))
	if err != nil {
		return err
	}
	if err := p.refuses(ctx, attack{fmt.Sprintf("of %d bytes to a part's URL that was signed for %d", len(body)+1, len(body)), part, append(body, '!'), nil}); err != nil {
		return err
	}
	a, err := p.send(ctx, request{method: http.MethodPut, url: part.URL, header: part.Headers, body: body})
	if err != nil {
		return err
	}
	if a.status != http.StatusOK {
		return &Failure{"PUT of a part", "200", a.String()}
	}
	p.remember(made{key: s.Key})
	var done struct {
		Key  string `json:"key"`
		Size int64  `json:"size"`
	}
	complete := call{who: p.own, method: http.MethodPost, path: "/api/uploads/" + url.PathEscape(s.ID) + "/complete", route: "/api/uploads/{uploadId}/complete", body: map[string]string{"key": s.Key}}
	if err := p.call(ctx, complete, &done); err != nil {
		return err
	}
	if done.Key != s.Key || done.Size != int64(len(body)) {
		return &Failure{complete.String(), fmt.Sprintf("%d bytes of the key", len(body)), fmt.Sprintf("%d bytes of %q", done.Size, done.Key)}
	}
	return p.aborted(ctx, len(body))
}

// aborted begins an upload and aborts it: it is there, and then it is gone.
func (p *probe) aborted(ctx context.Context, size int) error {
	s, _, err := p.start(ctx, "aborted", size)
	if err != nil {
		return err
	}
	state := call{who: p.own, method: http.MethodGet, path: "/api/uploads/" + url.PathEscape(s.ID), route: "/api/uploads/{uploadId}", query: url.Values{"key": {s.Key}}}
	if err := p.call(ctx, state, nil); err != nil {
		return err
	}
	if err := p.abort(ctx, made{key: s.Key, id: s.ID}); err != nil {
		return err
	}
	a, err := p.ask(ctx, state)
	if err != nil || a.code() == "upload-gone" {
		return err
	}
	return &Failure{state.String() + " of an upload that was aborted", "the problem upload-gone", a.String()}
}
