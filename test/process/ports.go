package process

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"strconv"
)

// Ports are taken from here: below those that Linux gives to outgoing
// connections (net.ipv4.ip_local_port_range begins at 32768). Of these, one
// that is free now may belong to somebody's connection when a program comes to
// listen on it, or comes back to it.
const firstPort, lastPort = 12000, 32000

// Ports returns n different ports of loopback that nobody listens on.
func Ports(n int) ([]string, error) {
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
		defer l.Close() // all at the end, so that none comes twice
		ports = append(ports, port)
	}
	return nil, errors.New("no free port on loopback")
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
