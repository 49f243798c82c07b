package verify

import (
	"context"
	"net/http"
)

// unsigned asks the store for everything that a bucket or an object that is
// open by mistake would give, and tries to write.
func (p *probe) unsigned(ctx context.Context) error {
	object := without(p.main.URL)
	bucket, space, err := place(p.main.signed)
	if err != nil {
		return err
	}
	mine := p.elsewhere(p.main.signed, "unsigned")
	mine.URL = without(mine.URL)
	attacks := []sent{
		{"GET of an object", request{method: http.MethodGet, url: object}},
		{"HEAD of an object", request{method: http.MethodHead, url: object}},
		{"GET of an object's ACL", request{method: http.MethodGet, url: object + "?acl"}},
		{"DELETE of an object", request{method: http.MethodDelete, url: mine.URL}},
		{"POST that begins a multipart upload", request{method: http.MethodPost, url: mine.URL + "?uploads"}},
		{"GET of the bucket", request{method: http.MethodGet, url: bucket}},
		{"GET of a list of the space", request{method: http.MethodGet, url: bucket + "?list-type=2&prefix=" + space}},
	}
	for _, of := range []string{"versions", "uploads", "policy", "cors", "acl"} {
		attacks = append(attacks, sent{"GET of the bucket's " + of, request{method: http.MethodGet, url: bucket + "?" + of}})
	}
	for _, r := range attacks {
		a, err := p.send(ctx, r.request)
		if err != nil {
			return err
		}
		if err := a.refused("%s, without a signature", r.what); err != nil {
			return err
		}
	}
	if err := p.refuses(ctx, attack{"without a signature", mine, p.content("unsigned"), nil}); err != nil {
		return err
	}
	return p.stillTakes(ctx)
}
