package verify

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"
)

// spaces: nothing that the owner of a token can say leads into another space.
// The names are those of nobody.
func (p *probe) spaces(ctx context.Context) error {
	for _, space := range []string{"u/bytepass-verify-nobody", "g/bytepass-verify-nobody", "u/..", "g/"} {
		c := call{who: p.own, method: http.MethodGet, path: "/api/files", query: url.Values{"space": {space}, "limit": {"1"}}}
		a, err := p.ask(ctx, c)
		if err != nil {
			return err
		}
		if err := a.refused("%s with space=%s", c, space); err != nil {
			return err
		}
	}
	for _, key := range []string{"../bytepass-verify-nobody/a", "/a", "a/../../../g/bytepass-verify-nobody/a", "."} {
		c := call{who: p.own, method: http.MethodPost, path: "/api/presign", body: map[string]any{"key": key, "mimeType": p.cfg.MimeType, "size": 1}}
		a, err := p.ask(ctx, c)
		if err != nil {
			return err
		}
		if err := a.refused("%s with the key %q", c, key); err != nil {
			return err
		}
	}
	return nil
}

// otherOwner: to somebody else the file is not there.
func (p *probe) otherOwner(ctx context.Context) error {
	if p.other.token == nil {
		return notChecked("give the token of another owner with --other-token-file or BYTEPASS_OTHER_TOKEN", "it takes a second owner")
	}
	theirs, err := p.presign(ctx, p.other, "theirs.html", nil)
	if err != nil {
		return err
	}
	_, mySpace, err := place(p.main.signed)
	if err != nil {
		return err
	}
	_, theirSpace, err := place(theirs)
	if err != nil {
		return err
	}
	if mySpace == theirSpace {
		return notChecked("give the token of another owner", "both tokens are of the same owner")
	}
	key, mine := p.main.Key, strings.TrimSuffix(mySpace, "/")
	for _, q := range []url.Values{{"key": {key}}, {"key": {key}, "space": {mine}}} {
		for _, path := range []string{"/api/file", "/api/versions"} {
			if err := p.hidden(ctx, path, q); err != nil {
				return err
			}
		}
	}
	for _, q := range []url.Values{{"prefix": {p.folder}}, {"prefix": {p.folder}, "space": {mine}}} {
		for _, path := range []string{"/api/files", "/api/folders", "/api/trash", "/api/uploads"} {
			if err := p.hidden(ctx, path, q); err != nil {
				return err
			}
		}
	}
	return nil
}

// hidden returns nil if the other owner is refused, or shown an empty list.
func (p *probe) hidden(ctx context.Context, path string, q url.Values) error {
	a, err := p.ask(ctx, call{who: p.other, method: http.MethodGet, path: path, query: q})
	if err != nil {
		return err
	}
	if a.status/100 == 4 || a.status == http.StatusOK && strings.TrimSpace(string(a.body)) == "[]" {
		return nil
	}
	return &Failure{fmt.Sprintf("GET %s of another owner's file", path), "a refusal (4xx) or an empty list", fmt.Sprintf("%s, %d bytes", a, len(a.body))}
}
