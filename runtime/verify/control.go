package verify

import (
	"context"
	"net/http"
	"net/url"
)

// A refusal shows nothing where everything is refused: by a limit of requests,
// by a lock-out, by a store that takes no files at all. So each check that asks
// in vain also asks for what it must get, after the last that it must not.

// boundFile is the name of the file that is uploaded to see that a store takes
// what was signed. It is one for all checks, so that a run leaves few keys.
const boundFile = "bound.html"

// taken returns nil if the store takes what was signed, as it was signed.
func (p *probe) taken(ctx context.Context, s signed, body []byte) error {
	a, err := p.put(ctx, s, body, nil)
	if err != nil {
		return err
	}
	if a.status != http.StatusOK {
		return &Failure{"PUT of what was signed, after what was refused", "200, or the refusals show nothing", a.String()}
	}
	return nil
}

// stillTakes returns nil if the store takes an upload now.
func (p *probe) stillTakes(ctx context.Context) error {
	body := p.content(boundFile)
	s, err := p.presign(ctx, p.own, boundFile, body)
	if err != nil {
		return err
	}
	return p.taken(ctx, s, body)
}

// stillIn returns nil if the API takes somebody's token now.
func (p *probe) stillIn(ctx context.Context, who identity) error {
	a, err := p.ask(ctx, call{who: who, method: http.MethodGet, path: "/api/files", query: url.Values{"prefix": {prefix + "still/"}, "limit": {"1"}}})
	if err != nil {
		return err
	}
	if a.status != http.StatusOK {
		return &Failure{"GET /api/files with a good token, after what was refused", "200, or the refusals show nothing", a.String()}
	}
	return nil
}
