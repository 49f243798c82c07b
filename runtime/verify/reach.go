package verify

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"
)

// types are tried in this order where the caller names none: a page shows most,
// and a deployment may allow only pictures.
var types = []string{"text/html", "application/octet-stream", "text/plain", "application/pdf", "image/png", "image/jpeg", "video/mp4", "application/zip"}

// reach returns nil if the API answers and takes the token, to read and to write.
// It finds out which type of file the deployment allows.
func (p *probe) reach(ctx context.Context) error {
	list := call{who: p.own, method: http.MethodGet, path: "/api/files", query: url.Values{"prefix": {p.folder}, "limit": {"1"}}}
	a, err := p.ask(ctx, list)
	switch {
	case err != nil:
		return err
	case a.status == http.StatusUnauthorized, a.status == http.StatusForbidden:
		return fmt.Errorf("%w: %w", ErrRefused, &Failure{list.String() + " with the token", "200", a.String()})
	case a.status != http.StatusOK || !strings.HasPrefix(strings.TrimSpace(string(a.body)), "["):
		return &Failure{list.String(), "a list of files", a.String()}
	}
	asked := types
	if p.cfg.MimeType != "" {
		asked = []string{p.cfg.MimeType}
	}
	for _, t := range asked {
		a, err := p.ask(ctx, call{who: p.own, method: http.MethodPost, path: "/api/presign", body: map[string]any{"key": p.key("type"), "mimeType": t, "size": 1}})
		if err != nil {
			return err
		}
		if a.status == http.StatusUnauthorized || a.status == http.StatusForbidden {
			return fmt.Errorf("%w: %w", ErrRefused, &Failure{"POST /api/presign with the token", "200", a.String()})
		}
		if a.code() != "type-not-allowed" {
			p.cfg.MimeType = t
			return nil
		}
	}
	return &Failure{"POST /api/presign for " + sentence(asked), "a signed URL", "no such type is allowed; name one that is with --type"}
}
