package verify

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"sync"
	"time"

	"github.com/bytepass/bytepass/runtime/client"
)

const (
	requestTimeout = 10 * time.Second
	// patience is how long a request is sent again that met a fault of the moment:
	// a canary that cries at every lost packet is turned off.
	patience  = 4 * time.Second
	maxAnswer = 1 << 20 // bytes; our own files and pages are small
)

// probe is one run.
type probe struct {
	cfg    Config
	base   string // of the API, without a slash at the end
	folder string // of this run, in front of all its keys
	http   *http.Client
	own    identity
	other  identity

	main   upload        // the file that most checks work with, set by the check "upload"
	file   string        // its download URL, set by "download"
	listed time.Duration // set by "ingest"

	mu      sync.Mutex
	made    []made // what may be there, to be removed
	uploads []made
}

// made is a key, or an upload of it.
type made struct {
	key    string
	id     string // of a multipart upload
	theirs bool   // it is in the other owner's space
}

// identity is somebody with a token.
type identity struct{ token client.TokenSource }

// get returns the identity's token; empty if there is none.
func (i identity) get(ctx context.Context) (string, error) {
	if i.token == nil {
		return "", nil
	}
	return i.token(ctx)
}

// request is what is sent.
type request struct {
	method, url string
	header      map[string]string // an empty value sends no such header
	body        []byte
}

// sent is a request and what people are told that it is.
type sent struct {
	what string
	request
}

// send sends a request until it is answered by something else than a fault of
// the moment. The error holds no URL.
func (p *probe) send(ctx context.Context, r request) (a answer, err error) {
	err = (client.Retry{Patience: patience}).Do(ctx, func() error {
		if a, err = p.once(ctx, r); err != nil {
			return client.Temporary(err, 0)
		}
		if a.status == http.StatusTooManyRequests || a.status >= http.StatusInternalServerError && a.status != http.StatusNotImplemented {
			return client.Temporary(&overloaded{a.status}, 0)
		}
		return nil
	})
	if a.status != 0 && ctx.Err() == nil {
		return a, nil // the last answer, whatever it was
	}
	return a, err
}

type overloaded struct{ status int }

func (o *overloaded) Error() string { return fmt.Sprintf("answered with %d", o.status) }

func (p *probe) once(ctx context.Context, r request) (answer, error) {
	req, err := http.NewRequestWithContext(ctx, r.method, r.url, bytes.NewReader(r.body))
	if err != nil {
		return answer{}, fmt.Errorf("the deployment answered a URL that is none")
	}
	for name, value := range r.header {
		if value != "" {
			req.Header.Set(name, value)
		}
	}
	res, err := p.http.Do(req)
	if err != nil {
		return answer{}, fmt.Errorf("no answer: %w", client.Bare(err))
	}
	defer res.Body.Close()
	body, err := io.ReadAll(io.LimitReader(res.Body, maxAnswer))
	if err != nil {
		return answer{}, fmt.Errorf("half an answer: %w", client.Bare(err))
	}
	return answer{res.StatusCode, res.Header, body}, nil
}

// call is a request to the API.
type call struct {
	who          identity
	method, path string
	route        string // what people are told instead of a path that holds an id
	query        url.Values
	body         any // nil sends none
	header       map[string]string
}

// String returns the call as a Failure tells it.
func (c call) String() string { return c.method + " " + cmp.Or(c.route, c.path) }

// ask sends a call and returns its answer, whatever it is.
func (p *probe) ask(ctx context.Context, c call) (answer, error) {
	token, err := c.who.get(ctx)
	if err != nil {
		return answer{}, err
	}
	r := request{method: c.method, url: p.base + c.path, header: map[string]string{"Accept": "application/json"}}
	for name, value := range c.header {
		r.header[name] = value
	}
	if token != "" {
		r.header["Authorization"] = "Bearer " + token
	}
	if len(c.query) > 0 {
		r.url += "?" + c.query.Encode()
	}
	if c.body != nil {
		if r.body, err = json.Marshal(c.body); err != nil {
			return answer{}, err
		}
		r.header["Content-Type"] = "application/json"
	}
	return p.send(ctx, r)
}

// call sends a call that has to succeed and decodes the answer into out.
func (p *probe) call(ctx context.Context, c call, out any) error {
	a, err := p.ask(ctx, c)
	if err != nil {
		return err
	}
	return decode(c, a, out)
}

// decode reads the answer to a call that has to have succeeded.
func decode(c call, a answer, out any) error {
	if a.status/100 != 2 {
		return &Failure{c.String(), "200", a.String()}
	}
	if out == nil {
		return nil
	}
	if err := json.Unmarshal(a.body, out); err != nil {
		return &Failure{c.String(), "JSON as the API's contract says", err.Error()}
	}
	return nil
}
