package verify

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// mainFile is the name of the file that most checks work with.
const mainFile = "file.html"

func (p *probe) upload(ctx context.Context) error {
	body := p.content(mainFile)
	s, err := p.presign(ctx, p.own, mainFile, body)
	if err != nil {
		return err
	}
	var change map[string]string
	if p.cfg.Origin != "" {
		change = map[string]string{"Origin": p.cfg.Origin} // "cors-store" reads the answer
	}
	a, err := p.put(ctx, s, body, change)
	if err != nil {
		return err
	}
	if a.status != http.StatusOK {
		return &Failure{"PUT of what was signed", "200", a.String()}
	}
	p.main = upload{signed: s, body: body, answer: a}
	return nil
}

// file is a file as the API lists it.
type file struct {
	Key      string `json:"key"`
	Size     int64  `json:"size"`
	MimeType string `json:"mimeType"`
	URL      string `json:"url"`
}

// listedIn returns whether a listing has the key.
func (p *probe) listedIn(ctx context.Context, listing, key string) (bool, error) {
	var page []file
	err := p.call(ctx, call{who: p.own, method: http.MethodGet, path: "/api/" + listing, query: url.Values{"prefix": {key}, "limit": {"10"}}}, &page)
	for _, f := range page {
		if f.Key == key {
			return true, err
		}
	}
	return false, err
}

// within asks again and again until happened says yes, for as long as an upload
// may take to be listed, and returns how long it took.
func (p *probe) within(ctx context.Context, what string, happened func() (bool, error)) (time.Duration, error) {
	start, most := p.cfg.Now(), p.cfg.or(p.cfg.ListedWithin, DefaultListedWithin)
	for pause := 25 * time.Millisecond; ; pause = min(2*pause, 500*time.Millisecond) {
		done, err := happened()
		took := p.cfg.Now().Sub(start)
		switch {
		case err != nil || done:
			return took, err
		case took > most:
			return took, &Failure{"the same question for " + most.String(), what, "nothing of it"}
		}
		select {
		case <-ctx.Done():
			return took, ctx.Err()
		case <-time.After(pause):
		}
	}
}

func (p *probe) ingest(ctx context.Context) error {
	took, err := p.within(ctx, "the upload in the list of files", func() (bool, error) {
		return p.listedIn(ctx, "files", p.main.Key)
	})
	if err == nil {
		p.listed = took
	}
	return err
}

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
	attacks := map[string]request{
		"GET with another key in a download URL":    {method: http.MethodGet, url: strings.Replace(p.file, p.main.Key, p.key("another"), 1)},
		"PUT to a download URL":                     {method: http.MethodPut, url: p.file, body: p.main.body, header: p.main.Headers},
		"DELETE of a download URL":                  {method: http.MethodDelete, url: strings.Replace(p.file, p.main.Key, p.key("another"), 1)},
		"GET without the version of a download URL": {method: http.MethodGet, url: unpinned},
	}
	if !pinned {
		return &Failure{"GET /api/file", "a download URL that names the version", "one that does not"}
	}
	if hostOf(p.file) != hostOf(p.main.URL) { // else "unsigned" has asked
		attacks["GET without the query of a download URL"] = request{method: http.MethodGet, url: without(p.file)}
	}
	for sent, r := range attacks {
		a, err := p.send(ctx, r)
		if err != nil {
			return err
		}
		if err := a.refused("%s", sent); err != nil {
			return err
		}
	}
	return nil
}

func (p *probe) delete(ctx context.Context) error {
	if err := p.call(ctx, call{who: p.own, method: http.MethodDelete, path: "/api/files", body: map[string]string{"key": p.main.Key}}, nil); err != nil {
		return err
	}
	if _, err := p.within(ctx, "the deleted file not in the list any more", func() (bool, error) {
		there, err := p.listedIn(ctx, "files", p.main.Key)
		return !there, err
	}); err != nil {
		return err
	}
	if a, err := p.ask(ctx, call{who: p.own, method: http.MethodGet, path: "/api/file", query: url.Values{"key": {p.main.Key}}}); err != nil || a.status != http.StatusNotFound {
		return cmp.Or(err, error(&Failure{"GET /api/file of a deleted file", "404", a.String()}))
	}
	_, err := p.within(ctx, "the deleted file in the trash", func() (bool, error) {
		return p.listedIn(ctx, "trash", p.main.Key)
	})
	return err
}

func (p *probe) restore(ctx context.Context) error {
	if err := p.call(ctx, call{who: p.own, method: http.MethodPost, path: "/api/restore", body: map[string]string{"key": p.main.Key}}, nil); err != nil {
		return err
	}
	if _, err := p.within(ctx, "the restored file in the list", func() (bool, error) {
		return p.listedIn(ctx, "files", p.main.Key)
	}); err != nil {
		return err
	}
	f, err := p.stat(ctx, "attachment")
	if err != nil {
		return err
	}
	_, err = p.read(ctx, f.URL)
	return err
}
