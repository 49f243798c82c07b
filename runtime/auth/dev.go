package auth

import (
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strings"

	"github.com/bytepass/bytepass/runtime/files"
)

// DevOwner is who a developer is who sends no token.
const DevOwner = "dev"

// TokenAuthenticator authenticates requests that carry a token.
type TokenAuthenticator interface {
	Authenticate(r *http.Request) (Principal, error)
}

// Dev is the development identity: a request without a token is DevOwner when
// nothing suggests that it comes from anywhere but this machine's user. Any
// page of the web can make a browser send requests to a loopback address, so
// the address alone proves nothing:
//
//   - the Host is loopback, or a page has pointed a name of its own to
//     127.0.0.1 (DNS rebinding) and is of the same origin to the browser;
//   - Origin is absent, loopback or one that the settings name; "null", which
//     sandboxed pages and files send, and browsers for a page whose request was
//     redirected here by another site, is none of these;
//   - without Origin, Sec-Fetch-Site is not cross-site: a page can cause such
//     requests by an image or a link. With one it says nothing more: a page of
//     localhost is of another site than 127.0.0.1;
//   - no header says that a proxy has forwarded it, for then it may come from
//     anywhere.
//
// A request with a token is judged by the token alone.
type Dev struct {
	origins []string
	tokens  TokenAuthenticator
}

// NewDev returns the development identity for a server on the address listen
// ("127.0.0.1:8080"). It is an error if other machines can reach that address.
func NewDev(listen string, origins []string, tokens TokenAuthenticator) (*Dev, error) {
	host, _, err := net.SplitHostPort(listen)
	if err != nil {
		return nil, fmt.Errorf("auth: %q is not an address to listen on: %w", listen, err)
	}
	if !isLoopback(host) {
		return nil, fmt.Errorf("auth: other machines may reach %s, and whoever reaches the development identity is its owner; listen on 127.0.0.1, or set a real issuer", listen)
	}
	return &Dev{origins: origins, tokens: tokens}, nil
}

// Authenticate returns the principal of the token, or DevOwner. The error is a
// *files.Problem: CodeForbidden for a page of another origin,
// CodeUnauthenticated where a token is needed.
func (d *Dev) Authenticate(r *http.Request) (Principal, error) {
	if len(r.Header.Values("Authorization")) > 0 {
		return d.tokens.Authenticate(r)
	}
	if !isLoopback(hostname(r.Host)) {
		return Principal{}, files.Problemf(files.CodeUnauthenticated, "", "a token is needed: the development identity answers to a loopback Host only, such as localhost or 127.0.0.1")
	}
	if name := forwardedBy(r.Header); name != "" {
		return Principal{}, files.Problemf(files.CodeUnauthenticated, "", "a token is needed: the header %s says that a proxy has forwarded this request", name)
	}
	origins := r.Header.Values("Origin")
	if len(origins) > 1 || len(origins) == 1 && !d.knows(origins[0]) {
		return Principal{}, files.Problemf(files.CodeForbidden, "", "pages of this origin may not use the development identity; name it in the settings, or send a token")
	}
	if len(origins) == 0 && slices.Contains(r.Header.Values("Sec-Fetch-Site"), "cross-site") {
		return Principal{}, files.Problemf(files.CodeForbidden, "", "pages of other sites may not use the development identity; send a token")
	}
	return Principal{Owner: DevOwner, Scopes: []string{ScopeRead, ScopeWrite}}, nil
}

func (d *Dev) knows(origin string) bool {
	if slices.Contains(d.origins, origin) {
		return true
	}
	u, err := url.Parse(origin)
	return err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.User == nil && u.Path == "" && isLoopback(u.Hostname())
}

// forwardedBy returns the name of a header that proxies, tunnels and content
// networks add; empty if there is none.
func forwardedBy(h http.Header) string {
	for name := range h {
		if strings.HasPrefix(name, "X-Forwarded") || strings.HasPrefix(name, "X-Original-") || strings.HasPrefix(name, "Cf-") ||
			strings.HasPrefix(name, "X-Envoy-") || slices.Contains(proxyHeaders, name) {
			return name
		}
	}
	return ""
}

var proxyHeaders = []string{
	"Forwarded", "Via", "X-Real-Ip", "X-Client-Ip", "X-Cluster-Client-Ip", "True-Client-Ip",
	"Fastly-Client-Ip", "X-Proxyuser-Ip", "X-Rewrite-Url", "X-Appengine-User-Ip", "Proxy-Connection",
}

// hostname returns a Host header without its port.
func hostname(host string) string {
	if name, _, err := net.SplitHostPort(host); err == nil {
		return name
	}
	return strings.TrimSuffix(strings.TrimPrefix(host, "["), "]")
}

// isLoopback reports whether host, without a port, is this machine itself. Of
// names it believes localhost only: any other is the resolver's to answer.
func isLoopback(host string) bool {
	if strings.EqualFold(host, "localhost") {
		return true
	}
	ip, err := netip.ParseAddr(host)
	return err == nil && ip.Unmap().IsLoopback()
}
