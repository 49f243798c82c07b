package client

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync/atomic"
	"time"
)

// maxAnswer bounds the body of an answer in bytes: the largest are pages of
// signed URLs.
const maxAnswer = 16 << 20

// firstPatience is how long the very first call tries again: a wrong address
// should be told at once.
const firstPatience = 3 * time.Second

// Config is what a Client is made of.
type Config struct {
	// BaseURL is where the API is, such as "https://files.example.com".
	BaseURL string
	// Token is asked before each request; nil sends none.
	Token TokenSource
	// Space is whose files are meant: empty for the caller's own, g/<group> for
	// those of a group.
	Space string
	// HTTP sends the requests; nil is http.DefaultClient.
	HTTP *http.Client
	// Retry says how long a request is tried again.
	Retry Retry
}

// Client calls the API. It is safe for concurrent use. The errors of its
// methods are a *Problem when the service refused, the context's, or what kept
// the request from being answered, such as ErrUnreachable and ErrNotBytepass.
//
// A request whose answer got lost is sent again. That is safe for all of them:
// none does harm when it is done twice.
type Client struct {
	cfg      Config
	base     *url.URL
	answered atomic.Bool // somebody has ever answered at BaseURL
}

// New returns a client, or an error that says what is wrong with BaseURL.
func New(cfg Config) (*Client, error) {
	base, err := url.Parse(cfg.BaseURL)
	if err != nil || base.Scheme != "http" && base.Scheme != "https" || base.Host == "" || base.RawQuery != "" || base.Fragment != "" || base.User != nil {
		return nil, errors.New("the address of the API is not a URL such as https://files.example.com")
	}
	base.Path = strings.TrimRight(base.Path, "/")
	if cfg.HTTP == nil {
		cfg.HTTP = http.DefaultClient
	}
	return &Client{cfg: cfg, base: base}, nil
}

// ErrUnreachable is wrapped by the error of a call that nobody has answered.
var ErrUnreachable = errors.New("does not answer")

// request is a call of the API.
type request struct {
	method string
	path   []string // segments, not encoded
	query  url.Values
	body   any           // nil sends none
	again  time.Duration // how long a refusal for the moment is tried again; 0 is Retry's patience
}

// call sends a request until it is answered, decodes the answer into out, and
// returns its header.
func (c *Client) call(ctx context.Context, r request, out any) (http.Header, error) {
	if c.cfg.Space != "" {
		if r.query == nil {
			r.query = url.Values{}
		}
		r.query.Set("space", c.cfg.Space)
	}
	target := c.base.JoinPath("api")
	for _, segment := range r.path {
		target = target.JoinPath(url.PathEscape(segment))
	}
	target.RawQuery = r.query.Encode()
	var body []byte
	if r.body != nil {
		var err error
		if body, err = json.Marshal(r.body); err != nil {
			return nil, err
		}
	}
	retry := c.cfg.Retry
	if r.again > 0 {
		retry.Patience = r.again
	}
	if !c.answered.Load() {
		retry.Patience = min(retry.patience(), firstPatience)
	}
	var header http.Header
	err := retry.Do(ctx, func() error {
		var err error
		header, err = c.send(ctx, r.method, target.String(), body, out)
		return err
	})
	return header, err
}

func (c *Client) send(ctx context.Context, method, target string, body []byte, out any) (http.Header, error) {
	req, err := http.NewRequestWithContext(ctx, method, target, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	req.Header.Set("Accept", "application/json")
	if body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	if err := c.authorize(req); err != nil {
		return nil, err
	}
	res, err := c.cfg.HTTP.Do(req)
	if untrusted := Untrusted(c.base.Redacted(), err); untrusted != nil {
		return nil, untrusted
	}
	if err != nil {
		return nil, Temporary(c.unreachable(ctx, err), 0)
	}
	defer res.Body.Close()
	answer, err := io.ReadAll(io.LimitReader(res.Body, maxAnswer))
	if err != nil {
		return nil, Temporary(c.unreachable(ctx, err), 0)
	}
	c.answered.Store(true)
	if res.StatusCode/100 != 2 {
		err := refused(c.base.Redacted(), res, answer)
		var p *Problem
		if errors.As(err, &p) && p.Code == CodeUnauthenticated && req.Header.Get("Authorization") == "" {
			p.Detail = noToken
		}
		return nil, err
	}
	if out == nil {
		return res.Header, nil
	}
	if err := json.Unmarshal(answer, out); err != nil {
		return nil, fmt.Errorf("%s %w: what it answers is none of ours (%w); is --url right?", c.base.Redacted(), ErrNotBytepass, err)
	}
	return res.Header, nil
}

// noToken is what a caller is told who has sent none.
const noToken = "this deployment wants an access token: name a file that holds one with --token-file, or set BYTEPASS_TOKEN"

// authorize puts the token into a request, if there is one.
func (c *Client) authorize(req *http.Request) error {
	if c.cfg.Token == nil {
		return nil
	}
	token, err := c.cfg.Token(req.Context())
	if err == nil {
		token, err = ParseToken(token)
	}
	if err == nil && token != "" {
		req.Header.Set("Authorization", "Bearer "+token)
	}
	return err
}

// unreachable returns why there is no answer, without the request's URL.
func (c *Client) unreachable(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	err = fmt.Errorf("%s %w: %w", c.base.Redacted(), ErrUnreachable, Bare(err))
	if !c.answered.Load() {
		err = fmt.Errorf("%w; does it run, and is --url right?", err)
	}
	return err
}

// Bare returns err without the URL that net/http puts into its errors, because
// a signed URL is a credential.
func Bare(err error) error {
	var with *url.Error
	if errors.As(err, &with) {
		return with.Err
	}
	return err
}
