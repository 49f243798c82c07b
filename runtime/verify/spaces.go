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
	return p.stillIn(ctx, p.own)
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
		return p.sameSpace(ctx, mySpace)
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
	return p.stillIn(ctx, p.other)
}

// sameSpace: two tokens have one space if both name its owner. A proxy that mixes
// up who is asking gives somebody the space of another.
func (p *probe) sameSpace(ctx context.Context, space string) error {
	own, err := p.own.get(ctx)
	if err != nil {
		return err
	}
	theirs, err := p.other.get(ctx)
	if err != nil {
		return err
	}
	if owner := ownerOf(space); claims(own, owner) && !claims(theirs, owner) {
		return &Failure{"POST /api/presign with the token of another owner", "a URL in his own space", "one in the space of the first"}
	}
	return notChecked("give the token of another owner", "both tokens are of the same owner")
}

// ownerOf returns whose a space is; its name has ~XX for what URLs reserve.
func ownerOf(space string) string {
	name := strings.Trim(space, "/")[2:] // u/ or g/
	if owner, err := url.PathUnescape(strings.ReplaceAll(name, "~", "%")); err == nil {
		return owner
	}
	return name
}

// claims reports whether any claim of a token is this text.
func claims(token, text string) bool {
	for _, claim := range claimsOf(token) {
		if claim == any(text) {
			return true
		}
	}
	return false
}

// hidden returns nil if the other owner is refused, or shown an empty list.
func (p *probe) hidden(ctx context.Context, path string, q url.Values) error {
	a, err := p.ask(ctx, call{who: p.other, method: http.MethodGet, path: path, query: q})
	if err != nil {
		return err
	}
	if a.status == http.StatusOK && strings.TrimSpace(string(a.body)) == "[]" || a.refused("") == nil {
		return nil
	}
	return &Failure{fmt.Sprintf("GET %s of another owner's file", path), "a refusal (4xx) or an empty list", fmt.Sprintf("%s, %d bytes", a, len(a.body))}
}
