package server

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"sync/atomic"
	"time"

	"github.com/bytepass/bytepass/runtime/api"
	"github.com/bytepass/bytepass/runtime/auth"
	"github.com/bytepass/bytepass/runtime/auth/devissuer"
	"github.com/bytepass/bytepass/runtime/env"
	"github.com/bytepass/bytepass/runtime/server/folder"
)

// issuerPath is where the development issuer answers, below the server's URL.
const issuerPath = "/issuer"

// issuerTimeout bounds a question to the issuer.
const issuerTimeout = 10 * time.Second

// identity says who is asking.
type identity struct {
	api.Authenticator
	// issuer is the URL of the issuer whose tokens count.
	issuer string
	client *http.Client // asks the issuer
	// routes serves the development issuer; nil with a real one.
	routes http.Handler
	// guest is the owner of requests without a token.
	guest string
}

// newIdentity returns the identity of the issuer in cfg, or the development
// identity of the folder. listen is the address at which the server answers.
func newIdentity(cfg Config, f *folder.Folder, listen string) (identity, error) {
	client := &http.Client{Timeout: issuerTimeout}
	if cfg.Issuer != "" {
		tokens, err := newOIDC(cfg, client)
		return identity{Authenticator: tokens, issuer: cfg.Issuer, client: client}, err
	}
	issuer, err := DevIssuer(f, listen, cfg.Now)
	if err != nil {
		return identity{}, err
	}
	cfg.Issuer, cfg.Audience = issuerURL(listen), devissuer.Audience
	cfg.OwnerClaim, cfg.GroupsClaim, cfg.ScopePrefix = env.DefaultOwnerClaim, env.DefaultGroupsClaim, ""
	tokens, err := newOIDC(cfg, client)
	if err != nil {
		return identity{}, err
	}
	dev, err := auth.NewDev(listen, cfg.Origins, tokens)
	if err != nil {
		return identity{}, bad("--listen", "%v", err)
	}
	return identity{Authenticator: dev, issuer: cfg.Issuer, client: client, routes: issuer, guest: auth.DevOwner}, nil
}

// newOIDC returns what checks the tokens of the issuer in cfg. It asks nobody;
// the error is a *SettingError.
func newOIDC(cfg Config, client *http.Client) (*auth.OIDC, error) {
	tokens, err := auth.NewOIDC(auth.OIDCConfig{
		Issuer: cfg.Issuer, Audience: cfg.Audience,
		Claims: auth.Claims{Owner: cfg.OwnerClaim, Groups: cfg.GroupsClaim, ScopePrefix: cfg.ScopePrefix},
		Client: client, Log: cfg.Log, Now: cfg.Now,
	})
	if err != nil {
		return nil, bad("--issuer", "%v", err)
	}
	return tokens, nil
}

// DevIssuer returns the development issuer of a data folder that is or was
// served at the address listen.
func DevIssuer(f *folder.Folder, listen string, now func() time.Time) (*devissuer.Issuer, error) {
	dir, err := f.Issuer()
	if err != nil {
		return nil, err
	}
	return devissuer.Open(dir, issuerURL(listen), now)
}

func issuerURL(listen string) string {
	return "http://" + listen + issuerPath
}

// look warns if the issuer does not answer: no token counts before it does, and
// whoever has misspelt it should not hear so from the users.
func (i identity) look(ctx context.Context, log *slog.Logger) {
	if err := i.answers(ctx); err != nil && ctx.Err() == nil {
		log.Warn("the issuer does not answer as one, and until it does nobody can sign in; look whether --issuer is right", "issuer", i.issuer, "error", err)
	}
}

// answers returns nil if the issuer answers with its discovery document, by the
// very name that it has in the settings: its tokens bear no other (OpenID
// Connect Discovery 1.0, section 4.3).
func (i identity) answers(ctx context.Context) error {
	found, err := i.discover(ctx)
	if err == nil && found.Issuer != i.issuer {
		return fmt.Errorf("it calls itself %q; write that, to the last slash", found.Issuer)
	}
	return err
}

// sinceStart is answers until the issuer has answered once. After that its keys
// are kept, and tokens are checked by them when it is away: a server that was not ready then
// would turn away people whom it can serve, as would all others at that moment.
func (i identity) sinceStart() func(context.Context) error {
	var answered atomic.Bool
	return func(ctx context.Context) error {
		if answered.Load() {
			return nil
		}
		err := i.answers(ctx)
		if err == nil {
			answered.Store(true)
		}
		return err
	}
}

// discovery is what is read of an issuer's discovery document (OpenID Connect
// Discovery 1.0, section 3; RFC 8414, section 2).
type discovery struct {
	Issuer     string `json:"issuer"`
	Token      string `json:"token_endpoint"`
	Revocation string `json:"revocation_endpoint"`
}

// maxDiscovery bounds a discovery document in bytes.
const maxDiscovery = 1 << 20

// discover asks the issuer for its discovery document.
func (i identity) discover(ctx context.Context) (discovery, error) {
	var d discovery
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, strings.TrimSuffix(i.issuer, "/")+"/.well-known/openid-configuration", nil)
	if err != nil {
		return d, err
	}
	res, err := i.client.Do(r)
	if err != nil {
		return d, err
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		return d, fmt.Errorf("the issuer answers %s", res.Status)
	}
	if err := json.NewDecoder(io.LimitReader(res.Body, maxDiscovery)).Decode(&d); err != nil {
		return d, fmt.Errorf("the issuer's discovery document is not JSON: %w", err)
	}
	return d, nil
}
