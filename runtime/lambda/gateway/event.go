package gateway

import (
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
)

// event is what is used of the gateway's event. Header names are in lower
// case, and a header that was sent more than once is one, with commas.
type event struct {
	Version         string            `json:"version"`
	RawPath         string            `json:"rawPath"`        // percent-decoded
	RawQueryString  string            `json:"rawQueryString"` // as it was sent
	Cookies         []string          `json:"cookies"`
	Headers         map[string]string `json:"headers"`
	Body            string            `json:"body"`
	IsBase64Encoded bool              `json:"isBase64Encoded"`
	RequestContext  struct {
		RequestID  string `json:"requestId"`
		DomainName string `json:"domainName"`
		Stage      string `json:"stage"`
		HTTP       struct {
			Method   string `json:"method"`
			SourceIP string `json:"sourceIp"`
		} `json:"http"`
		Authorizer struct {
			JWT struct {
				Claims map[string]any `json:"claims"`
			} `json:"jwt"`
		} `json:"authorizer"`
	} `json:"requestContext"`
}

// request returns the request that the gateway was sent.
func (e *event) request(ctx context.Context) (*http.Request, error) {
	if e.Version != "2.0" || e.RequestContext.HTTP.Method == "" || !strings.HasPrefix(e.RawPath, "/") {
		return nil, errors.New("gateway: the event is not one of an HTTP API in payload format 2.0; set the integration's payload version")
	}
	body := []byte(e.Body)
	if e.IsBase64Encoded {
		var err error
		if body, err = base64.StdEncoding.DecodeString(e.Body); err != nil {
			return nil, fmt.Errorf("gateway: the event's body is not base64: %w", err)
		}
	}
	// The path is decoded already: parsing a URL that is put together from it
	// would decode it twice, or take a part of it for a fragment.
	u := &url.URL{Path: e.path(), RawQuery: e.RawQueryString}
	r := &http.Request{
		Method: e.RequestContext.HTTP.Method, URL: u, RequestURI: u.RequestURI(), Host: e.RequestContext.DomainName,
		Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: http.Header{}, Body: io.NopCloser(bytes.NewReader(body)), ContentLength: int64(len(body)),
		RemoteAddr: e.RequestContext.HTTP.SourceIP + ":0",
	}
	for name, value := range e.Headers {
		r.Header.Set(name, value)
	}
	if len(e.Cookies) > 0 {
		r.Header.Set("Cookie", strings.Join(e.Cookies, "; "))
	}
	if host := r.Header.Get("Host"); host != "" {
		r.Host = host
		r.Header.Del("Host")
	}
	if id := e.RequestContext.RequestID; id != "" {
		r.Header.Set("X-Request-Id", id)
	}
	return r.WithContext(ctx), nil
}

// path returns the path without the stage, which begins it when it has a name.
//
// JSON cannot carry bytes that are not UTF-8: what was sent as %FF arrives as
// the replacement character. It is made such a byte again, because the path
// may hold a key, and to read it as another key would be worse than to refuse
// one that really has this character (a body can carry that).
func (e *event) path() string {
	path := strings.ReplaceAll(e.RawPath, "\uFFFD", "\xff")
	stage := e.RequestContext.Stage
	if stage == "" || stage == "$default" {
		return path
	}
	below, ok := strings.CutPrefix(path, "/"+stage)
	switch {
	case ok && below == "":
		return "/"
	case ok && below[0] == '/':
		return below
	}
	return path
}

// bearer returns the token that the authorizer has verified. It takes it with
// and without the scheme.
func (e *event) bearer() string {
	const scheme = "bearer "
	token := strings.TrimSpace(e.Headers["authorization"])
	if len(token) >= len(scheme) && strings.EqualFold(token[:len(scheme)], scheme) {
		token = strings.TrimSpace(token[len(scheme):])
	}
	return token
}
