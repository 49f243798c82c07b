package auth

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"strings"

	"github.com/bytepass/bytepass/runtime/files"
)

// verified is what API Gateway's authorizer hands to a function.
type verified struct {
	claims map[string]any
	token  string
}

type verifiedKey struct{}

// WithClaims returns a context for a request that API Gateway's JWT authorizer
// has let through: claims as the event carries them, and the bearer token that
// they come from, empty if the event has none.
//
// A payload of HTTP APIs (format 2.0) carries
//
//	"requestContext": {"authorizer": {"jwt": {"claims": {"sub": "alice", "groups": "[team staff]"}, "scopes": null}}}
//
// with every claim turned into a text: lists are flattened, numbers are printed.
func WithClaims(ctx context.Context, claims map[string]any, rawBearer string) context.Context {
	return context.WithValue(ctx, verifiedKey{}, verified{claims, rawBearer})
}

// Gateway authenticates requests that API Gateway has verified (see
// WithClaims). It checks no signature: it must only ever stand behind an
// authorizer.
type Gateway struct {
	Claims Claims
}

// Authenticate returns the principal. It reads the claims from the token's own
// payload, because the event's are flattened: "[a b]" may be a group of that
// name or two groups, and an owner 17 may have been a number. The event's
// claims say that the token was verified, and must agree on the owner. Of what
// kind the token is, only the token says.
func (g Gateway) Authenticate(r *http.Request) (Principal, error) {
	v, ok := r.Context().Value(verifiedKey{}).(verified)
	if !ok || len(v.claims) == 0 {
		return Principal{}, files.Problemf(files.CodeUnauthenticated, "", "there is no token; send the header Authorization: Bearer <token>")
	}
	if v.token == "" {
		return g.Claims.Principal(v.claims)
	}
	typ, claims, ok := read(v.token)
	if !ok {
		return Principal{}, files.Problemf(files.CodeUnauthenticated, "", "the token is not a signed JWT")
	}
	if err := checkType(typ); err != nil {
		return Principal{}, err
	}
	p, err := g.Claims.Principal(claims)
	if err != nil {
		return Principal{}, err
	}
	if v.claims[g.Claims.Owner] != any(p.Owner) {
		return Principal{}, files.Problemf(files.CodeUnauthenticated, "", "the token is not the one that was verified; send a single Authorization header")
	}
	return p, nil
}

// read decodes the type and the claims of a compact JWS without verifying it.
func read(token string) (typ any, claims map[string]any, ok bool) {
	parts := strings.Split(strings.TrimSpace(token), ".")
	var header map[string]any
	if len(parts) != 3 || !decode(parts[0], &header) || !decode(parts[1], &claims) {
		return nil, nil, false
	}
	return header["typ"], claims, true
}

func decode(part string, v any) bool {
	raw, err := base64.RawURLEncoding.DecodeString(part)
	return err == nil && json.Unmarshal(raw, v) == nil
}
