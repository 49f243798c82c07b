package server

import (
	"net"
	"net/http"
	"net/netip"
	"slices"
	"strings"
)

// networks parses the networks of trusted proxies: prefixes such as
// 10.0.0.0/8, or single addresses. The error is a *SettingError.
func networks(texts []string) ([]netip.Prefix, error) {
	var all []netip.Prefix
	for _, text := range texts {
		prefix, err := netip.ParsePrefix(text)
		if address, single := netip.ParseAddr(text); single == nil {
			prefix, err = address.Prefix(address.BitLen())
		}
		if err != nil {
			return nil, bad("--trusted-proxies", "%q is neither an address nor a network; write such as 10.0.0.5 or 10.0.0.0/8", text)
		}
		all = append(all, prefix.Masked())
	}
	return all, nil
}

// behindProxies returns next told who has really connected: where a trusted
// proxy did, the request's RemoteAddr becomes the last address of
// X-Forwarded-For that is none of theirs. What stands before it in the header,
// anybody can have written.
func behindProxies(trusted []netip.Prefix, next http.Handler) http.Handler {
	if len(trusted) == 0 {
		return next
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if client, ok := clientOf(r, trusted); ok {
			r = r.WithContext(r.Context())
			r.RemoteAddr = net.JoinHostPort(client.String(), "0")
		}
		next.ServeHTTP(w, r)
	})
}

// clientOf returns the address of the client for whom trusted proxies have
// connected; ok is false if none of them did, or they do not say.
func clientOf(r *http.Request, trusted []netip.Prefix) (client netip.Addr, ok bool) {
	connected, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil || !within(connected.Addr(), trusted) {
		return netip.Addr{}, false
	}
	hops := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
	for _, hop := range slices.Backward(hops) {
		address, err := netip.ParseAddr(strings.TrimSpace(hop))
		if err != nil {
			return client, ok
		}
		if client, ok = address.Unmap(), true; !within(client, trusted) {
			break
		}
	}
	return client, ok
}

func within(address netip.Addr, networks []netip.Prefix) bool {
	return slices.ContainsFunc(networks, func(n netip.Prefix) bool { return n.Contains(address.Unmap()) })
}
