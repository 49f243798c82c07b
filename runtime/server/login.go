package server

import (
	"context"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/bytepass/bytepass/runtime/api"
	"github.com/bytepass/bytepass/runtime/auth"
)

const (
	// endpointsAge is when an issuer is asked again where its endpoints are.
	endpointsAge = time.Hour
	// endpointsPause follows a question that was not answered.
	endpointsPause = 5 * time.Second
	// endpointsTimeout bounds the question: somebody waits for the page.
	endpointsTimeout = 3 * time.Second
)

// DefaultLoginScopes are what the console asks for to know who has signed in
// (OpenID Connect Core 1.0, section 5.4).
func DefaultLoginScopes() []string { return []string{"openid", "profile", "email"} }

// newLogin returns how people sign in at the console; nil without a client.
func newLogin(cfg Config, i identity) *api.Login {
	if cfg.ClientID == "" {
		return nil
	}
	scopes := slices.Clone(cfg.LoginScopes)
	if len(scopes) == 0 {
		scopes = DefaultLoginScopes()
	}
	if cfg.RequireScopes {
		scopes = append(scopes, cfg.ScopePrefix+auth.ScopeRead, cfg.ScopePrefix+auth.ScopeWrite)
	}
	e := &endpoints{discover: i.discover, now: cfg.Now, origins: originsOf(cfg.Issuer)}
	return &api.Login{Issuer: cfg.Issuer, ClientID: cfg.ClientID, Audience: cfg.Audience, Scopes: scopes, Origins: e.get}
}

// endpoints remembers at which origins a browser finds the issuer. Many have
// their endpoints at another one than the URL that they are called by.
type endpoints struct {
	discover func(context.Context) (discovery, error)
	now      func() time.Time

	mu      sync.Mutex
	origins []string
	next    time.Time // when the issuer is asked again
}

// get returns the issuer's own origin and those of its endpoints, as far as it
// has told of them.
func (e *endpoints) get(ctx context.Context) []string {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.now().Before(e.next) {
		return e.origins
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), endpointsTimeout)
	defer cancel()
	found, err := e.discover(ctx)
	if err != nil { // the page asks too, and tells
		e.next = e.now().Add(endpointsPause)
		return e.origins
	}
	e.origins = originsOf(e.origins[0], found.Token, found.Revocation)
	e.next = e.now().Add(endpointsAge)
	return e.origins
}

// hostChars are those of hosts and ports. Go takes more, such as the semicolon,
// which ends a directive of the page's policy.
const hostChars = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_:[]"

// originsOf returns the origins of URLs, each once; of what is none, nothing.
func originsOf(urls ...string) []string {
	var all []string
	for _, text := range urls {
		u, err := url.Parse(text)
		if err != nil || u.Host == "" || strings.Trim(u.Host, hostChars) != "" || u.Scheme != "https" && !isLoopback(u.Hostname()) {
			continue
		}
		if origin := u.Scheme + "://" + u.Host; !slices.Contains(all, origin) {
			all = append(all, origin)
		}
	}
	return all
}
