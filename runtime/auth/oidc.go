package auth

import (
	"errors"
	"log/slog"
	"net/http"
	"net/url"
	"slices"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"

	"github.com/bytepass/bytepass/runtime/files"
)

// algorithms are the signatures that tokens may carry: asymmetric ones only,
// so that a public key can never be taken for a shared secret (RFC 8725,
// section 2.1), and never "none".
var algorithms = []jose.SignatureAlgorithm{
	jose.RS256, jose.RS384, jose.RS512,
	jose.PS256, jose.PS384, jose.PS512,
	jose.ES256, jose.ES384, jose.ES512,
	jose.EdDSA,
}

// skew is how far the issuer's clock may differ from ours.
const skew = 30 * time.Second

// OIDCConfig is what an OIDC authenticator is made of; every field is needed.
type OIDCConfig struct {
	// Issuer is the issuer's URL, exactly as tokens carry it in iss: https, or
	// http on loopback.
	Issuer string
	// Audience is what tokens have to name in aud, or in client_id where there
	// is no aud, as in the access tokens of Cognito.
	Audience string
	Claims   Claims
	Client   *http.Client // asks the issuer; see way for what it is kept from
	Log      *slog.Logger
	Now      func() time.Time
}

// OIDC authenticates requests by the bearer tokens of one issuer. It asks the
// issuer for its keys on the first token, and again when a token names a key
// that it does not know or is signed by none, but not more often than every ten
// seconds, whatever tokens arrive. A token that was verified is remembered until it expires.
// OIDC is safe for concurrent use.
type OIDC struct {
	cfg    OIDCConfig
	keys   *keySource
	tokens *memory
}

// NewOIDC returns an authenticator. It does no I/O: an issuer that is down
// makes requests answer CodeUnavailable, not the start fail. The error names
// the setting that is wrong.
func NewOIDC(cfg OIDCConfig) (*OIDC, error) {
	issuer, err := url.Parse(cfg.Issuer)
	if err != nil || issuer.Host == "" || issuer.Scheme != "https" && (issuer.Scheme != "http" || !isLoopback(issuer.Hostname())) {
		return nil, errors.New("auth: the issuer has to be an https:// URL, or http:// on loopback")
	}
	if cfg.Audience == "" {
		return nil, errors.New("auth: an audience is needed, or the tokens of every application of the issuer would open this one")
	}
	if cfg.Client == nil {
		return nil, errors.New("auth: a client that asks the issuer is needed")
	}
	return &OIDC{
		cfg:    cfg,
		keys:   &keySource{issuer: cfg.Issuer, client: newWay(cfg.Client, issuer), log: cfg.Log, now: cfg.Now},
		tokens: newMemory(10_000),
	}, nil
}

// Authenticate returns the principal of the request's bearer token. The error
// is a *files.Problem: CodeUnauthenticated for a token that does not verify,
// CodeForbidden for one without an owner or of another kind than access tokens, CodeUnavailable when the issuer
// cannot be asked. What a token's header says of where its keys are (jku, x5u,
// jwk) is never followed.
func (o *OIDC) Authenticate(r *http.Request) (Principal, error) {
	raw, err := bearer(r.Header)
	if err != nil {
		return Principal{}, err
	}
	now := o.cfg.Now()
	id := tokenID(raw)
	if p, ok := o.tokens.get(id, now); ok {
		return p, nil
	}
	token, err := jwt.ParseSigned(raw, algorithms)
	if err != nil {
		return Principal{}, unverified("the token is not a JWT signed with one of RS, PS, ES or EdDSA", err)
	}
	header := token.Headers[0]
	keys, err := o.keys.find(r.Context(), header.KeyID)
	signed := signedBy(token, keys)
	if err == nil && !signed && o.keys.rested() {
		keys, err = o.keys.newer(r.Context(), header.KeyID)
		signed = signedBy(token, keys)
	}
	switch {
	case err != nil:
		return Principal{}, err
	case !signed:
		return Principal{}, unverified("the token's signature is not by a key of the issuer", nil)
	}
	standard, claims, err := claimsOf(token)
	if err != nil {
		return Principal{}, err
	}
	if err := o.check(standard, claims, now); err != nil {
		return Principal{}, err
	}
	if err := checkType(header.ExtraHeaders[jose.HeaderType]); err != nil {
		return Principal{}, err
	}
	p, err := o.cfg.Claims.Principal(claims)
	if err != nil {
		return Principal{}, err
	}
	o.tokens.put(id, p, standard.Expiry.Time().Add(skew))
	return p, nil
}

// registered are the claims that are checked. The others, sub among them, stay
// as they are: what an issuer writes there is not ours to refuse.
type registered struct {
	Issuer    string           `json:"iss"`
	Audience  jwt.Audience     `json:"aud"`
	Expiry    *jwt.NumericDate `json:"exp"`
	NotBefore *jwt.NumericDate `json:"nbf"`
	IssuedAt  *jwt.NumericDate `json:"iat"`
}

// signedBy reports whether one of the keys has signed the token.
func signedBy(token *jwt.JSONWebToken, keys []jose.JSONWebKey) bool {
	return slices.ContainsFunc(keys, func(key jose.JSONWebKey) bool {
		return (key.Algorithm == "" || key.Algorithm == token.Headers[0].Algorithm) && token.Claims(key.Key) == nil
	})
}

// claimsOf returns the claims of a token whose signature is good. The error is a
// *files.Problem with CodeUnauthenticated.
func claimsOf(token *jwt.JSONWebToken) (jwt.Claims, map[string]any, error) {
	var standard registered
	var claims map[string]any
	if err := token.UnsafeClaimsWithoutVerification(&standard, &claims); err != nil {
		return jwt.Claims{}, nil, unverified("the token's claims are malformed", err)
	}
	return jwt.Claims{
		Issuer: standard.Issuer, Audience: standard.Audience,
		Expiry: standard.Expiry, NotBefore: standard.NotBefore, IssuedAt: standard.IssuedAt,
	}, claims, nil
}

func (o *OIDC) check(standard jwt.Claims, claims map[string]any, now time.Time) error {
	if standard.Expiry == nil {
		return unverified("the token never expires, which is not allowed", nil)
	}
	err := standard.ValidateWithLeeway(jwt.Expected{Issuer: o.cfg.Issuer, Time: now}, skew)
	switch {
	case errors.Is(err, jwt.ErrExpired):
		return unverified("the token has expired; get a new one", err)
	case errors.Is(err, jwt.ErrNotValidYet), errors.Is(err, jwt.ErrIssuedInTheFuture):
		return unverified("the token is not valid yet", err)
	case errors.Is(err, jwt.ErrInvalidIssuer):
		return unverified("the token is of another issuer", err)
	case err != nil:
		return unverified("the token is not valid", err)
	}
	audience := []string(standard.Audience)
	if len(audience) == 0 {
		audience = stringsOf(claims["client_id"])
	}
	if !slices.Contains(audience, o.cfg.Audience) {
		return unverified("the token is for another audience", nil)
	}
	return nil
}

func unverified(detail string, cause error) *files.Problem {
	return &files.Problem{Code: files.CodeUnauthenticated, Detail: detail, Err: cause}
}
