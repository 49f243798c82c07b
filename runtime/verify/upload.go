package verify

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"time"
)

// signed is an upload that the API has signed.
type signed struct {
	URL       string            `json:"url"`
	Key       string            `json:"key"`
	Headers   map[string]string `json:"headers"`
	ExpiresAt time.Time         `json:"expiresAt"`
}

// upload is a file that has arrived.
type upload struct {
	signed
	body   []byte
	answer answer
}

// content returns the body of the file of this name: a page, so that a browser
// that ran it would show that something is wrong, and different in every run.
func (p *probe) content(name string) []byte {
	return fmt.Appendf(nil, "<!doctype html><title>bytepass verify</title><p>%s%s\n", p.folder, name)
}

func (p *probe) key(name string) string { return p.folder + name }

// presign asks for the upload of body to a key of this run. More options may
// be given as pairs of a name and a value.
func (p *probe) presign(ctx context.Context, who identity, name string, body []byte, options ...any) (signed, error) {
	in := map[string]any{"key": p.key(name), "mimeType": p.cfg.MimeType, "size": len(body)}
	for i := 0; i+1 < len(options); i += 2 {
		in[options[i].(string)] = options[i+1]
	}
	var s signed
	err := p.call(ctx, call{who: who, method: http.MethodPost, path: "/api/presign", body: in}, &s)
	if err == nil && !strings.Contains(s.URL, s.Key) {
		err = &Failure{"POST /api/presign", "a URL of the object that was asked for", "a URL without its key"}
	}
	return s, err
}

// put sends body to a signed URL with the headers that its answer names and then
// those of change, where an empty value removes one. What the store takes is
// remembered, to be removed.
func (p *probe) put(ctx context.Context, s signed, body []byte, change map[string]string) (answer, error) {
	return p.putTo(ctx, made{key: s.Key}, s, body, change)
}

// putTo is put for a URL that leads to where makes says.
func (p *probe) putTo(ctx context.Context, makes made, s signed, body []byte, change map[string]string) (answer, error) {
	header := map[string]string{}
	for _, headers := range []map[string]string{s.Headers, change} {
		for name, value := range headers {
			header[http.CanonicalHeaderKey(name)] = value
		}
	}
	a, err := p.send(ctx, request{method: http.MethodPut, url: s.URL, header: header, body: body})
	if err != nil || a.status/100 == 2 || a.status >= http.StatusInternalServerError {
		p.remember(makes) // without a clear answer, it may be there
	}
	return a, err
}

func (p *probe) remember(m made) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if m.id != "" {
		p.uploads = append(p.uploads, m)
		return
	}
	p.made = append(p.made, m)
}

// elsewhere returns the signed upload with another key of this run in its URL.
func (p *probe) elsewhere(s signed, name string) signed {
	s.URL = strings.Replace(s.URL, s.Key, p.key(name), 1)
	s.Key = p.key(name)
	return s
}

// without returns a URL without its query, which holds the signature.
func without(signed string) string {
	plain, _, _ := strings.Cut(signed, "?")
	return plain
}

// changed returns a URL with a parameter of its query changed; an empty value
// removes it. ok is false if there is no such parameter.
func changed(signed, name string, change func(string) string) (out string, ok bool) {
	plain, query, _ := strings.Cut(signed, "?")
	parameters := strings.Split(query, "&")
	kept := parameters[:0]
	for _, parameter := range parameters {
		key, value, _ := strings.Cut(parameter, "=")
		if key != name {
			kept = append(kept, parameter)
			continue
		}
		ok = true
		if plainValue, err := url.QueryUnescape(value); err == nil {
			value = plainValue
		}
		if value = change(value); value != "" {
			kept = append(kept, key+"="+url.QueryEscape(value))
		}
	}
	return plain + "?" + strings.Join(kept, "&"), ok
}

var objectPath = regexp.MustCompile(`^(.*/)((?:u|g)/[^/]+/)$`)

// place takes the URL of an object apart: the bucket's URL with a slash at its
// end, and the space's part of the object key ("u/alice/").
func place(s signed) (bucket, space string, err error) {
	before, _, found := strings.Cut(without(s.URL), s.Key)
	parts := objectPath.FindStringSubmatch(before)
	if !found || parts == nil {
		return "", "", &Failure{"POST /api/presign", "the URL of an object below u/<owner>/ or g/<group>/", "another one"}
	}
	return parts[1], parts[2], nil
}
