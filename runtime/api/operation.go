package api

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"net/url"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"github.com/bytepass/bytepass/runtime/auth"
	"github.com/bytepass/bytepass/runtime/files"
)

// operation describes a route to register.
type operation struct {
	id, method, path     string
	summary, description string
	tag                  string
	scope                string // that its token needs; empty makes the route public
	answers              []int  // statuses of problems beyond those that every route has
	maxBody              int64  // bytes of its JSON body; 0 is maxBody
}

// register adds an operation: its input struct is the schema of what it takes,
// its output struct of what it gives, and whatever error it returns becomes
// the answer that problemOf says.
func register[I, O any](s *service, operations huma.API, op operation, handle func(context.Context, *I) (*O, error)) {
	limit := op.maxBody
	if limit == 0 {
		limit = maxBody
	}
	described := huma.Operation{
		OperationID: op.id, Method: op.method, Path: op.path,
		Summary: op.summary, Description: op.description, Tags: []string{op.tag},
		Security:     security(op.scope),
		Responses:    responses(op),
		MaxBodyBytes: limit + 1,
		Middlewares:  huma.Middlewares{s.enter(op, limit)},
	}
	huma.Register(operations, described, func(ctx context.Context, in *I) (*O, error) {
		out, err := handle(ctx, in)
		if err != nil {
			return nil, refuse(ctx, err)
		}
		return out, nil
	})
}

// enter is what every operation does first: it asks who calls, and reads the
// query and the body within their bounds.
func (s *service) enter(op operation, limit int64) func(huma.Context, func(huma.Context)) {
	return func(hc huma.Context, next func(huma.Context)) {
		r, w := humago.Unwrap(hc)
		if err := s.authenticate(r, op.id, op.scope); err != nil {
			writeProblem(w, r, err)
			return
		}
		query, err := readQuery(r.URL.RawQuery, hc.Operation().Parameters)
		if err != nil {
			writeProblem(w, r, err)
			return
		}
		in := &request{humaContext: hc, query: query}
		if hc.Operation().RequestBody != nil {
			buf := bodies.Get().(*bytes.Buffer)
			defer func() {
				if buf.Cap() <= keptBody {
					buf.Reset()
					bodies.Put(buf)
				}
			}()
			if err := readBody(w, r, buf, limit); err != nil {
				writeProblem(w, r, err)
				return
			}
			in.body = bytes.NewReader(buf.Bytes())
		}
		next(in)
	}
}

// authenticate puts the principal into the request's call. Whatever comes of
// it, the request is one for the audit from here on, unless the route is public.
func (s *service) authenticate(r *http.Request, operationID, scope string) error {
	if scope == "" {
		return nil
	}
	c := callOf(r.Context())
	c.audit.Operation = operationID
	p, err := s.Auth.Authenticate(r)
	if err != nil {
		return err
	}
	c.principal = p
	if s.RequireScopes && !p.HasScope(scope) {
		return files.Problemf(files.CodeForbidden, "", "the token lacks the scope %s", s.ScopePrefix+scope)
	}
	return nil
}

// readQuery parses a query strictly. A parameter that the route does not have
// is refused, because a misspelt space would otherwise be the caller's own;
// one that is given twice, because two readers could take two different ones.
func readQuery(raw string, known []*huma.Param) (url.Values, error) {
	if raw == "" {
		return nil, nil
	}
	query, err := parseQuery(raw)
	if err != nil {
		return nil, err
	}
	for name, values := range query {
		if !isQuery(known, name) {
			return nil, files.Problemf(files.CodeInvalidField, name, "this route has no such query parameter")
		}
		if len(values) > 1 {
			return nil, files.Problemf(files.CodeInvalidField, name, "the query parameter is given %d times; give it once", len(values))
		}
	}
	return query, nil
}

// parseQuery parses a whole query: a part of it that cannot be read may be the
// one that says whose files are meant. The error is a *files.Problem.
func parseQuery(raw string) (url.Values, error) {
	query, err := url.ParseQuery(raw)
	if err != nil {
		return nil, files.Problemf(files.CodeInvalid, "", "the query is not percent-encoded as it has to be")
	}
	return query, nil
}

func isQuery(known []*huma.Param, name string) bool {
	for _, p := range known {
		if p.In == "query" && p.Name == name {
			return true
		}
	}
	return false
}

type humaContext = huma.Context

// request is what huma sees of a request: query and body as they were read.
type request struct {
	humaContext
	query url.Values
	body  *bytes.Reader
}

// Unwrap returns the context of the adapter.
func (r *request) Unwrap() huma.Context { return r.humaContext }

// Query returns a parameter of the query.
func (r *request) Query(name string) string { return r.query.Get(name) }

// BodyReader returns the body.
func (r *request) BodyReader() io.Reader { return r.body }

// SetReadDeadline does nothing: the body has been read.
func (r *request) SetReadDeadline(time.Time) error { return nil }

// SetStatus sends the status: where huma says 422 or 415, we say 400.
func (r *request) SetStatus(status int) {
	if status == http.StatusUnprocessableEntity || status == http.StatusUnsupportedMediaType {
		status = http.StatusBadRequest
	}
	r.humaContext.SetStatus(status)
}

// notServed is the answer of a route whose capability this process was not
// given.
func notServed() error {
	return files.Problemf(files.CodeNotServed, "", "this deployment serves the route elsewhere, or not at all")
}

// scopes of the routes.
const (
	read  = auth.ScopeRead
	write = auth.ScopeWrite
)
