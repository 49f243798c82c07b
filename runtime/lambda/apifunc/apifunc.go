// Package apifunc is what the functions behind the HTTP API have in common: who
// is asking, what the limits are, and how they are started. What a function can
// do is for its main to add.
package apifunc

import (
	"fmt"
	"io"
	"log/slog"
	"time"

	"github.com/bytepass/bytepass/runtime/api"
	"github.com/bytepass/bytepass/runtime/auth"
	"github.com/bytepass/bytepass/runtime/env"
	"github.com/bytepass/bytepass/runtime/lambda/gateway"
	"github.com/bytepass/bytepass/runtime/lambda/settings"
)

// Config returns the part of the API's configuration that all functions share.
// It logs to out. API Gateway answers preflights, so no origin is listed.
func Config(e *settings.Env, out io.Writer) api.Config {
	prefix := e.Optional(env.ScopePrefix, "")
	return api.Config{
		Auth: auth.Gateway{Claims: auth.Claims{
			Owner:       e.Optional(env.OwnerClaim, env.DefaultOwnerClaim),
			Groups:      e.Optional(env.GroupsClaim, env.DefaultGroupsClaim),
			ScopePrefix: prefix,
		}},
		Limits:        e.Limits(),
		RequireScopes: e.Flag(env.RequireScopes),
		ScopePrefix:   prefix,
		Log:           slog.New(slog.NewJSONHandler(out, nil)),
		Now:           time.Now,
	}
}

// Handler returns the function that serves cfg. The error is that of e, if
// anything in the environment was wrong.
func Handler(e *settings.Env, cfg api.Config) (gateway.Handler, error) {
	if err := e.Err(); err != nil {
		return gateway.Handler{}, err
	}
	h, err := api.New(cfg)
	if err != nil {
		return gateway.Handler{}, fmt.Errorf("the API cannot be served: %w", err)
	}
	return gateway.New(h), nil
}
