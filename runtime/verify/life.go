package verify

import (
	"cmp"
	"context"
	"net/http"
	"net/url"
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
