package verify

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"
)

// stat returns the record of the main file, with a URL to download it.
func (p *probe) stat(ctx context.Context, disposition string) (file, error) {
	var f file
	err := p.call(ctx, call{who: p.own, method: http.MethodGet, path: "/api/file", query: url.Values{"key": {p.main.Key}, "disposition": {disposition}}}, &f)
	return f, err
}

// read returns the answer of a download URL, whose bytes have to be those of
// the main file.
func (p *probe) read(ctx context.Context, signed string) (answer, error) {
	a, err := p.send(ctx, request{method: http.MethodGet, url: signed})
	if err != nil {
		return a, err
	}
	switch {
	case a.status != http.StatusOK:
		return a, &Failure{"GET of a download URL", "200", a.String()}
	case !bytes.Equal(a.body, p.main.body):
		return a, &Failure{"GET of a download URL", fmt.Sprintf("the %d bytes that were uploaded", len(p.main.body)), fmt.Sprintf("%d other bytes", len(a.body))}
	}
	return a, nil
}

func (p *probe) download(ctx context.Context) error {
	f, err := p.stat(ctx, "attachment")
	if err != nil {
		return err
	}
	if f.Size != int64(len(p.main.body)) || f.MimeType != p.main.Headers["Content-Type"] {
		return &Failure{"GET /api/file", fmt.Sprintf("%d bytes of %s", len(p.main.body), p.main.Headers["Content-Type"]), fmt.Sprintf("%d bytes of %s", f.Size, f.MimeType)}
	}
	p.file = f.URL
	_, err = p.read(ctx, f.URL)
	return err
}

// disposition: a page must be saved also where its owner asks to show it. A
// store gives the bytes of an uploaded file from an origin of its own; an edge
// in front of it has to say nosniff besides.
func (p *probe) disposition(ctx context.Context) error {
	asked := []string{"attachment"}
	if kind, _, _ := strings.Cut(p.cfg.MimeType, "/"); kind == "text" || kind == "application" {
		asked = append(asked, "inline")
	}
	for _, disposition := range asked {
		f, err := p.stat(ctx, disposition)
		if err != nil {
			return err
		}
		a, err := p.send(ctx, request{method: http.MethodGet, url: f.URL})
		if err != nil {
			return err
		}
		if got := a.header.Get("Content-Disposition"); !strings.HasPrefix(got, "attachment") {
			return &Failure{fmt.Sprintf("GET of a download URL for a file of type %s", p.cfg.MimeType), "Content-Disposition: attachment", fmt.Sprintf("%s, %q", a, got)}
		}
		if got := a.header.Get("X-Content-Type-Options"); got != "nosniff" && hostOf(f.URL) != hostOf(p.main.URL) {
			return &Failure{"GET of a download URL at the edge", "X-Content-Type-Options: nosniff", fmt.Sprintf("%q", got)}
		}
	}
	return nil
}

func hostOf(rawURL string) string {
	u, err := url.Parse(rawURL)
	if err != nil {
		return ""
	}
	return u.Host
}

func (p *probe) downloadBound(ctx context.Context) error {
	unpinned, pinned := changed(p.file, "versionId", func(string) string { return "" })
	if !pinned {
		return &Failure{"GET /api/file", "a download URL that names the version", "one that does not"}
	}
	// Of that key there is nothing: to be told so is as good as to be let in.
	another := strings.Replace(p.file, p.main.Key, p.key("another"), 1)
	attacks := []sent{
		{"GET with another key in a download URL", request{method: http.MethodGet, url: another}},
		{"PUT to a download URL", request{method: http.MethodPut, url: p.file, body: p.main.body, header: p.main.Headers}},
		{"DELETE of a download URL", request{method: http.MethodDelete, url: another}},
		{"GET without the version of a download URL", request{method: http.MethodGet, url: unpinned}},
	}
	if hostOf(p.file) != hostOf(p.main.URL) { // else "unsigned" has asked
		attacks = append(attacks, sent{"GET without the query of a download URL", request{method: http.MethodGet, url: without(p.file)}})
	}
	for _, r := range attacks {
		a, err := p.send(ctx, r.request)
		if err != nil {
			return err
		}
		if err := a.refused("%s", r.what); err != nil {
			return err
		}
		if r.method == http.MethodGet && r.url == another {
			if err := a.denied(r.what); err != nil {
				return err
			}
		}
	}
	_, err := p.read(ctx, p.file)
	return err
}
