// Package devissuer is the token issuer of a laptop: a real one, with
// discovery, a key set and RS256 tokens, so that what checks tokens in
// development is what checks them in production. It logs nobody in: whoever
// can read the key file in the data folder can make a token for anybody, which
// is why the folder belongs to its user alone.
package devissuer

import (
	"crypto"
	"crypto/rsa"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"
)

// Audience is what the tokens are for.
const Audience = "bytepass"

// Longest bounds the life of a token.
const Longest = 30 * 24 * time.Hour

// Issuer makes and explains tokens. It is safe for concurrent use.
type Issuer struct {
	url    string
	path   string // of url, without a slash at the end
	public jose.JSONWebKey
	signer jose.Signer
	now    func() time.Time
}

// Open returns the issuer whose key is kept in the folder dir, which exists;
// the first call makes the key. Two processes that open the same folder get
// the same key. url is the issuer as tokens name it: the address at which
// ServeHTTP answers.
func Open(dir, issuerURL string, now func() time.Time) (*Issuer, error) {
	u, err := url.Parse(issuerURL)
	if err != nil || u.Host == "" || strings.HasSuffix(issuerURL, "/") {
		return nil, fmt.Errorf("devissuer: %q is not an issuer's URL; it has a host and no slash at its end", issuerURL)
	}
	key, err := openKey(dir)
	if err != nil {
		return nil, err
	}
	id, err := keyID(key)
	if err != nil {
		return nil, err
	}
	private := jose.JSONWebKey{Key: key, KeyID: id, Algorithm: string(jose.RS256), Use: "sig"}
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.RS256, Key: private}, (&jose.SignerOptions{}).WithType("JWT"))
	if err != nil {
		return nil, fmt.Errorf("devissuer: %w", err)
	}
	return &Issuer{url: issuerURL, path: u.Path, public: private.Public(), signer: signer, now: now}, nil
}

func keyID(key *rsa.PrivateKey) (string, error) {
	public := jose.JSONWebKey{Key: key.Public()}
	sum, err := public.Thumbprint(crypto.SHA256)
	if err != nil {
		return "", fmt.Errorf("devissuer: %w", err)
	}
	return base64.RawURLEncoding.EncodeToString(sum), nil
}

// Token returns a token of owner, who is a member of groups, for ttl, which is
// more than nothing and at most 30 days. It may read and write files.
func (i *Issuer) Token(owner string, groups []string, ttl time.Duration) (string, error) {
	if owner == "" {
		return "", errors.New("devissuer: a token needs an owner")
	}
	if ttl <= 0 || ttl > Longest {
		return "", fmt.Errorf("devissuer: a token lives more than 0 and at most %v, not %v", Longest, ttl)
	}
	now := i.now()
	standard := jwt.Claims{
		Issuer:   i.url,
		Subject:  owner,
		Audience: jwt.Audience{Audience},
		IssuedAt: jwt.NewNumericDate(now),
		Expiry:   jwt.NewNumericDate(now.Add(ttl)),
	}
	own := map[string]any{"scope": "files:read files:write"}
	if len(groups) > 0 {
		own["groups"] = groups
	}
	token, err := jwt.Signed(i.signer).Claims(standard).Claims(own).Serialize()
	if err != nil {
		return "", fmt.Errorf("devissuer: %w", err)
	}
	return token, nil
}

// ServeHTTP answers the discovery document (OpenID Connect Discovery 1.0,
// section 3) and the key set, below the path of the issuer's URL.
func (i *Issuer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	var document any
	switch r.URL.Path {
	case i.path + "/.well-known/openid-configuration":
		document = map[string]any{
			"issuer":                                i.url,
			"jwks_uri":                              i.url + "/jwks.json",
			"id_token_signing_alg_values_supported": []string{string(jose.RS256)},
			"subject_types_supported":               []string{"public"},
			"response_types_supported":              []string{"none"},
		}
	case i.path + "/jwks.json":
		document = jose.JSONWebKeySet{Keys: []jose.JSONWebKey{i.public}}
	default:
		http.NotFound(w, r)
		return
	}
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		w.Header().Set("Allow", "GET, HEAD")
		http.Error(w, "method not allowed", http.StatusMethodNotAllowed)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(document) // the client is gone: nobody to tell
}
