// Package issuer runs a real OpenID Connect issuer (npm oidc-provider) as a
// process on loopback, for tests: discovery, keys, JWT access tokens by the
// client credentials grant, one client for each owner, and a login for a page
// in a browser. The test owns the issuer's key, so it can also mint what an
// honest issuer would not: expired tokens, or tokens of another audience.
package issuer

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/go-jose/go-jose/v4"

	"github.com/bytepass/bytepass/test/process"
	"github.com/bytepass/bytepass/test/project"
)

// Audience is the resource that every token is for.
const Audience = "https://bytepass.test"

const keyID = "test-key"

// Issuer is a running issuer. Its methods are safe for concurrent use.
type Issuer struct {
	URL string // the issuer, as in the claim iss

	key    *rsa.PrivateKey
	script *process.Script

	mu     sync.Mutex
	tokens map[string]string
}

// Start runs an issuer that knows these owners until Close, or the end of ctx.
// Owners may be any
// printable ASCII: they are the claim sub of their tokens.
func Start(ctx context.Context, owners ...string) (*Issuer, error) {
	return start(ctx, map[string]any{"owners": owners})
}

// start runs an issuer with this configuration, as tools/oidc-issuer/issuer.mjs
// describes it; audience and key are added.
func start(ctx context.Context, config map[string]any) (*Issuer, error) {
	node, err := project.Node()
	if err != nil {
		return nil, err
	}
	if _, err := project.Tool("tools/oidc-issuer/node_modules/oidc-provider", "tools/oidc-issuer.sh"); err != nil {
		return nil, err
	}
	script, err := project.Tool("tools/oidc-issuer/issuer.mjs", "git checkout tools/oidc-issuer")
	if err != nil {
		return nil, err
	}
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		return nil, err
	}
	config["audience"] = Audience
	config["key"] = jose.JSONWebKey{Key: key, KeyID: keyID, Algorithm: string(jose.RS256), Use: "sig"}
	running, err := process.StartScript(ctx, config, nil, node, script)
	if err != nil {
		return nil, fmt.Errorf("the OIDC issuer: %w", err)
	}
	return &Issuer{URL: running.URL, key: key, script: running, tokens: map[string]string{}}, nil
}

// Close ends the issuer. It is idempotent.
func (is *Issuer) Close() error { return is.script.End() }

// Token returns an access token of owner, asked for at the token endpoint once
// and kept: it lives an hour, longer than a test run.
func (is *Issuer) Token(ctx context.Context, owner string) (string, error) {
	is.mu.Lock()
	defer is.mu.Unlock()
	if t := is.tokens[owner]; t != "" {
		return t, nil
	}
	form := url.Values{"grant_type": {"client_credentials"}, "resource": {Audience}, "scope": {"files:read files:write"}}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, is.URL+"/token", strings.NewReader(form.Encode()))
	if err != nil {
		return "", err
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.SetBasicAuth(url.QueryEscape(owner), "secret") // RFC 6749, section 2.3.1
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return "", err
	}
	defer res.Body.Close()
	var answer struct {
		Token string `json:"access_token"`
		Error string `json:"error_description"`
	}
	if err := json.NewDecoder(res.Body).Decode(&answer); err != nil {
		return "", err
	}
	if answer.Token == "" {
		return "", fmt.Errorf("no token for %q: %d %s", owner, res.StatusCode, answer.Error)
	}
	is.tokens[owner] = answer.Token
	return answer.Token, nil
}

// Claims returns the claims of a good token of owner at this moment, to be
// changed and signed by Sign.
func (is *Issuer) Claims(owner string) map[string]any {
	now := time.Now()
	return map[string]any{
		"iss": is.URL, "aud": Audience, "sub": owner, "client_id": owner, "scope": "files:read files:write",
		"iat": now.Unix(), "exp": now.Add(5 * time.Minute).Unix(),
	}
}

// Sign signs claims with the issuer's own key.
func (is *Issuer) Sign(claims map[string]any) (string, error) { return sign(is.key, claims) }

// Forge signs claims with a key that is not the issuer's but bears its name.
func Forge(claims map[string]any) (string, error) {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		return "", err
	}
	return sign(key, claims)
}

func sign(key *rsa.PrivateKey, claims map[string]any) (string, error) {
	return SignWith(NewKey(keyID, jose.RS256, key), claims, nil)
}
