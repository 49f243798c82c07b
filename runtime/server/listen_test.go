package server

import (
	"errors"
	"net"
	"testing"
)

// TestOnFreeAddress: an address that somebody takes between the look and the start
// is followed by another one; another failure is told at once.
func TestOnFreeAddress(t *testing.T) {
	var tried []string
	listen := func(address string) (net.Listener, error) {
		if tried = append(tried, address); len(tried) <= 2 {
			faster, err := net.Listen("tcp", address)
			if err != nil {
				t.Fatal(err)
			}
			defer faster.Close()
		}
		return net.Listen("tcp", address)
	}
	address, l, err := onFreeAddress(t.Context(), listen)
	if err != nil || len(tried) != 3 || address != tried[2] {
		t.Fatalf("%s of %q, %v", address, tried, err)
	}
	if err := l.Close(); err != nil {
		t.Error(err)
	}
	broken, tries := errors.New("the folder is none"), 0
	_, _, err = onFreeAddress(t.Context(), func(string) (net.Listener, error) { tries++; return nil, broken })
	if !errors.Is(err, broken) || tries != 1 {
		t.Errorf("%d tries: %v", tries, err)
	}
}
