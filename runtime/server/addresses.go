package server

import (
	"net"
	"net/netip"
	"net/url"
	"slices"
	"strings"
)

// IsOrigin reports whether s is the origin of a web page, as browsers write it.
func IsOrigin(s string) bool {
	u, err := url.Parse(s)
	return err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Host != "" && !strings.Contains(u.Host, "*") && u.Scheme+"://"+u.Host == s
}

// validateAddress checks an address to listen on: host and port, and a host
// that only this machine reaches unless a real issuer says who is who.
func (c Config) validateAddress(setting, address string) error {
	if address == "" && setting == "--s3-listen" {
		return nil
	}
	host, port, err := net.SplitHostPort(address)
	if err != nil || port == "" {
		return bad(setting, "%q is not an address; write HOST:PORT, such as 127.0.0.1:8080", address)
	}
	ip, err := netip.ParseAddr(host)
	switch {
	case setting == "--s3-listen" && (host == "" || err == nil && ip.IsUnspecified()):
		return bad(setting, "%q names every address of this machine, and signed URLs need the one that clients reach; write it, such as 192.0.2.10:9000", address)
	case setting == "--s3-listen" && port == "0":
		return bad(setting, "signed URLs need a port that stays; write one, or leave the flag out for a free one that the data folder remembers")
	case isLoopback(host) || c.Issuer != "":
		return nil
	case setting == "--s3-listen":
		return bad(setting, "other machines can reach %s, and without an issuer the API signs URLs for this machine alone; listen on 127.0.0.1, or name your issuer with --issuer and --audience", address)
	}
	return bad(setting, "%s can be reached from other machines, and without an issuer everybody who reaches it is owner %q; listen on 127.0.0.1, or name your issuer with --issuer and --audience", address, "dev")
}

// validateApart checks that the API and the store do not want the same address.
func (c Config) validateApart() error {
	if !samePlace(c.Listen, c.S3Listen) {
		return nil
	}
	storeHost, _, _ := net.SplitHostPort(c.S3Listen) // it is an address
	return bad("--s3-listen", "%s is the address of the API too; the store needs a port of its own, such as %s", c.S3Listen, net.JoinHostPort(storeHost, "9000"))
}

// samePlace reports whether two addresses cannot be listened on at once.
func samePlace(a, b string) bool {
	hostA, portA, errA := net.SplitHostPort(a)
	hostB, portB, errB := net.SplitHostPort(b)
	if errA != nil || errB != nil || portA != portB || portA == "0" {
		return false
	}
	return isEverywhere(hostA) || isEverywhere(hostB) || strings.EqualFold(hostA, hostB)
}

// isEverywhere reports whether a host stands for all addresses of this machine.
func isEverywhere(host string) bool {
	ip, err := netip.ParseAddr(host)
	return host == "" || err == nil && ip.IsUnspecified()
}

// validateMetrics checks where the metrics are. Other machines may read them:
// they hold no names of files or people.
func (c Config) validateMetrics() error {
	if c.MetricsListen == "" {
		return nil
	}
	if _, port, err := net.SplitHostPort(c.MetricsListen); err != nil || port == "" {
		return bad("--metrics-listen", "%q is not an address; write HOST:PORT, such as 127.0.0.1:9100", c.MetricsListen)
	}
	for _, other := range []string{c.Listen, c.S3Listen} {
		if samePlace(other, c.MetricsListen) {
			return bad("--metrics-listen", "%s is an address of this server already; the metrics need a port of their own", c.MetricsListen)
		}
	}
	return nil
}

func isLoopback(host string) bool {
	ip, err := netip.ParseAddr(host)
	return strings.EqualFold(host, "localhost") || err == nil && ip.Unmap().IsLoopback()
}

// ownOrigins returns the origins under which a browser finds the server's own
// pages, which listens at address.
func (c Config) ownOrigins(address string) []string {
	origins := ownOrigins(c.scheme(), address)
	if c.PublicURL != "" {
		origins = append(origins, c.PublicURL)
	}
	return origins
}

// scheme returns that of the API's URL.
func (c Config) scheme() string {
	if c.TLSCert != "" {
		return "https"
	}
	return "http"
}

// ownOrigins returns the origins under which a browser on this machine finds
// the server's own pages.
func ownOrigins(scheme, address string) []string {
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return nil
	}
	hosts := []string{host}
	if isLoopback(host) {
		hosts = append(hosts, "localhost", "127.0.0.1")
	}
	var origins []string
	defaultPort := map[string]string{"http": ":80", "https": ":443"}[scheme]
	for _, h := range hosts {
		// Browsers leave the default port out.
		origin := strings.TrimSuffix(scheme+"://"+net.JoinHostPort(h, port), defaultPort)
		if !slices.Contains(origins, origin) {
			origins = append(origins, origin)
		}
	}
	return origins
}
