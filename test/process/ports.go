package process

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"syscall"
)

// Ports are taken from here: below those that Linux gives to outgoing
// connections (net.ipv4.ip_local_port_range begins at 32768). Of these, one
// that is free now may belong to somebody's connection when a program comes to
// listen on it, or comes back to it. They are below those, too, of which
// "bytepass serve" takes one for its store (from 20000): it knows of no
// reservation, and could take one whose program has yet to start.
const firstPort, lastPort = 12000, 20000

// Ports returns n different ports of loopback that nobody listens on. Nobody
// else gets one of them from here as long as this process lives: what it starts
// there may take its time, and may end and come back.
func Ports(n int) ([]string, error) {
	folder := filepath.Join(os.TempDir(), fmt.Sprint("bytepass-ports-", os.Getuid()))
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return nil, err
	}
	var ports []string
	for range 1000 {
		if len(ports) == n {
			return ports, nil
		}
		port := strconv.Itoa(firstPort + rand.IntN(lastPort-firstPort))
		l, err := net.Listen("tcp", Address(port))
		if err != nil {
			continue
		}
		mine, err := reserve(filepath.Join(folder, port))
		if err := errors.Join(err, l.Close()); err != nil {
			return nil, err
		}
		if mine {
			ports = append(ports, port)
		}
	}
	return nil, errors.New("no free port on loopback")
}

// reserve locks a port's file and reports whether nobody else had. The file
// stays open: the system drops the lock with this process, however it ends.
func reserve(path string) (bool, error) {
	file, err := syscall.Open(path, syscall.O_CREAT|syscall.O_RDWR|syscall.O_CLOEXEC, 0o600)
	if err != nil {
		return false, fmt.Errorf("reserving a port by %s: %w", path, err)
	}
	err = syscall.Flock(file, syscall.LOCK_EX|syscall.LOCK_NB)
	if err == nil {
		return true, nil
	}
	if !errors.Is(err, syscall.EWOULDBLOCK) {
		return false, fmt.Errorf("reserving a port by %s: %w", path, err)
	}
	return false, syscall.Close(file)
}

// Port returns one of them.
func Port() (string, error) {
	ports, err := Ports(1)
	if err != nil {
		return "", err
	}
	return ports[0], nil
}

// FreeAddress returns the address of such a port.
func FreeAddress() (string, error) {
	port, err := Port()
	return Address(port), err
}

// Address returns the address of a port of loopback.
func Address(port string) string { return fmt.Sprint("127.0.0.1:", port) }
