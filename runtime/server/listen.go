package server

import (
	"context"
	"errors"
	"fmt"
	"net"
	"syscall"
)

// cannotListen is a *SettingError about an address that err says cannot be
// listened on.
func cannotListen(setting, address string, err error) error {
	if !errors.Is(err, syscall.EADDRINUSE) {
		return bad(setting, "%v; name a free address of this machine", err)
	}
	remedy := "name a free one, or leave the flag out"
	if setting == "--listen" {
		remedy = "name a free one, such as --listen 127.0.0.1:8081 (with make: LISTEN=127.0.0.1:8081)"
	}
	return bad(setting, "%s is in use by another program; %s", address, remedy)
}

// tryAddress returns nil if the address can be listened on.
func tryAddress(ctx context.Context, address string) error {
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", address)
	if err != nil {
		return err
	}
	return l.Close()
}

// freeAddress returns an address of loopback that is free now.
func freeAddress(ctx context.Context) (string, error) {
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return "", fmt.Errorf("looking for a free port: %w", err)
	}
	return l.Addr().String(), l.Close()
}
