package identity

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
)

// Owners are whom the issuer of a run has to know: two, and one as some
// identity providers name people.
var Owners = []string{alice, bob, "auth0|x/.."}

// Door is the front of a running Bytepass that asks for scopes.
type Door struct {
	URL    string // the API's, without a trailing slash
	Client *http.Client
}

// RunServer runs the table against the server.
func RunServer(t *testing.T, door Door, m *Mint) {
	run(t, door, m, func(c tokenCase) verdict { return c.server })
}

// RunEmulated runs the table against API Gateway as the emulator has it.
func RunEmulated(t *testing.T, door Door, m *Mint) {
	run(t, door, m, func(c tokenCase) verdict {
		if c.emulator != (verdict{}) {
			return c.emulator
		}
		return c.gateway
	})
}

// run sends every token of the table to a door and checks what it answers. The
// door must have had a good token before the issuer's keys rotated.
func run(t *testing.T, door Door, m *Mint, column func(tokenCase) verdict) {
	for _, c := range tokenCases() {
		t.Run(c.what, func(t *testing.T) {
			token, err := c.token(m)
			if err != nil {
				t.Fatal(err)
			}
			requests := c.requests
			if requests == nil {
				requests = []request{listing, presigning}
			}
			want := column(c)
			for _, r := range requests {
				if err := want.is(door.send(t.Context(), r, token)); err != nil {
					t.Errorf("%s %s: %v", r.method, r.path, err)
				}
			}
		})
	}
	if n := m.asked.Load(); n > 0 {
		t.Errorf("the forger's server was asked %d times", n)
	}
}

// request is what a token is tried with.
type request struct{ method, path, body string }

// answer is what came back; err says why nothing did.
type answer struct {
	status int
	body   []byte
	err    error
}

func (d Door) send(ctx context.Context, r request, token string) answer {
	req, err := http.NewRequestWithContext(ctx, r.method, d.URL+r.path, strings.NewReader(r.body))
	if err != nil {
		return answer{err: err}
	}
	if token != "" {
		req.Header.Set("Authorization", "Bearer "+token)
	}
	res, err := d.Client.Do(req)
	if err != nil {
		return answer{err: err}
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	return answer{res.StatusCode, body, err}
}

// is returns nil if the answer is this verdict.
func (v verdict) is(a answer) error {
	if a.err != nil {
		return a.err
	}
	var p struct{ Code string }
	if v.code != "" && json.Unmarshal(a.body, &p) != nil || a.status != v.status || p.Code != v.code {
		return fmt.Errorf("got %d %.300s, want %v", a.status, a.body, v)
	}
	return nil
}
