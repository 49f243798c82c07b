package server

import (
	"context"
	"errors"
	"math/rand/v2"
	"net"
	"strconv"
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

// A free port is looked for below those that the system gives to outgoing
// connections, from 32768 on Linux and 49152 elsewhere (RFC 6335, section 6):
// of these, one that a folder remembers may belong to somebody's connection at
// the next start.
const firstPort, lastPort = 20000, 32000

// freeAddress returns an address of loopback that is free now.
func freeAddress(ctx context.Context) (string, error) {
	for range 100 {
		address := net.JoinHostPort("127.0.0.1", strconv.Itoa(firstPort+rand.N(lastPort-firstPort)))
		if tryAddress(ctx, address) == nil {
			return address, nil
		}
	}
	return "", errors.New("no port of 127.0.0.1 is free")
}

// mostAddresses is how many free addresses are tried when somebody takes each of
// them before it is listened on.
const mostAddresses = 10

// onFreeAddress starts something on an address of loopback that is free, and
// returns the address. Of programs that start at the same moment two may find the
// same one free: who comes second tries another.
func onFreeAddress[T any](ctx context.Context, start func(address string) (T, error)) (address string, started T, err error) {
	for range mostAddresses {
		if address, err = freeAddress(ctx); err != nil {
			break
		}
		if started, err = start(address); !errors.Is(err, syscall.EADDRINUSE) {
			break
		}
	}
	return address, started, err
}
