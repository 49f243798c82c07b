package server

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"
)

// TestLoginOrigins: the page may talk to the issuer and to the endpoints that
// it names, and the issuer is not asked for each of the page's files.
func TestLoginOrigins(t *testing.T) {
	now, asked := time.Unix(0, 0), 0
	answer, err := discovery{}, errors.New("down")
	e := &endpoints{
		discover: func(context.Context) (discovery, error) { asked++; return answer, err },
		now:      func() time.Time { return now }, origins: originsOf("https://login.example/realm"),
	}
	for _, step := range []struct {
		what   string
		passes time.Duration
		up     discovery
		fails  error
		want   []string
		asked  int
	}{
		{"down", 0, discovery{}, errors.New("down"), []string{"https://login.example"}, 1},
		{"up, but just asked", time.Second, discovery{Token: "https://token.example/t"}, nil, []string{"https://login.example"}, 1},
		{"up", endpointsPause, discovery{Token: "https://token.example/t", Revocation: "https://login.example/r"}, nil, []string{"https://login.example", "https://token.example"}, 2},
		{"remembered", time.Minute, discovery{}, errors.New("down"), []string{"https://login.example", "https://token.example"}, 2},
		{"down later", endpointsAge, discovery{}, errors.New("down"), []string{"https://login.example", "https://token.example"}, 3},
		{"moved", endpointsPause, discovery{Token: "https://new.example"}, nil, []string{"https://login.example", "https://new.example"}, 4},
		{"nonsense", endpointsAge, discovery{Token: "http://plain.example", Revocation: "https://x;script-src"}, nil, []string{"https://login.example"}, 5},
	} {
		now = now.Add(step.passes)
		answer, err = step.up, step.fails
		if got := e.get(t.Context()); !slices.Equal(got, step.want) || asked != step.asked {
			t.Errorf("%s: %q after %d questions, want %q after %d", step.what, got, asked, step.want, step.asked)
		}
	}
}

func TestLoginScopes(t *testing.T) {
	cfg := Config{Issuer: "https://login.example", Audience: "files", ClientID: "console", ScopePrefix: "bytepass/", Now: time.Now}
	for _, tc := range []struct {
		asked    []string
		required bool
		want     []string
	}{
		{nil, false, []string{"openid", "profile", "email"}},
		{nil, true, []string{"openid", "profile", "email", "bytepass/files:read", "bytepass/files:write"}},
		{[]string{"openid", "offline_access"}, true, []string{"openid", "offline_access", "bytepass/files:read", "bytepass/files:write"}},
	} {
		cfg.LoginScopes, cfg.RequireScopes = tc.asked, tc.required
		if got := newLogin(cfg, identity{}).Scopes; !slices.Equal(got, tc.want) {
			t.Errorf("%+v: asks for %q", tc, got)
		}
	}
	cfg.ClientID = ""
	if newLogin(cfg, identity{}) != nil {
		t.Error("there is a login without a client")
	}
}
