package settings

import (
	"fmt"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
)

func checkIssuer(v string) error {
	if v == "" {
		return nil // none, which only a user pool does without
	}
	u, err := url.Parse(v)
	if err != nil || u.Host == "" || u.User != nil || strings.ContainsAny(v, "?# ") || !webScheme(u) {
		return fmt.Errorf("use the issuer's https URL, without query, fragment and space, exactly as in its tokens")
	}
	return checkHost(u)
}

func checkCallback(v string) error {
	u, err := url.Parse(v)
	if err != nil || u.Host == "" || u.User != nil || strings.ContainsAny(v, "# *") || !webScheme(u) {
		return fmt.Errorf("use the whole https URL of a page, such as https://app.example.com/, without wildcard and fragment; http on loopback only")
	}
	return checkHost(u)
}

// checkOrigin takes what a browser sends as Origin (RFC 6454, section 6.2):
// anything else is equal to no page's.
func checkOrigin(v string) error {
	u, err := url.Parse(v)
	if err != nil || u.Host == "" || u.Host != strings.ToLower(u.Host) || strings.Contains(v, "*") || !webScheme(u) {
		return fmt.Errorf("use an origin such as https://app.example.com: a scheme, a host in lower case and perhaps a port, no path and no wildcard; http on loopback only")
	}
	if err := checkHost(u); err != nil {
		return err
	}
	if u.Port() == map[string]string{"https": "443", "http": "80"}[u.Scheme] {
		return fmt.Errorf("leave the port :%s out, which browsers do in an origin", u.Port())
	}
	if v != u.Scheme+"://"+u.Host {
		return fmt.Errorf("use the origin alone, %s://%s, without a path", u.Scheme, u.Host)
	}
	return nil
}

// checkHost says what is wrong with a host and its port, whatever they are for.
func checkHost(u *url.URL) error {
	if !visible(u.Host) {
		return fmt.Errorf("write the host in its ASCII form (punycode), such as xn--bcher-kva.example for bücher.example")
	}
	if _, port, ok := strings.Cut(u.Host[strings.LastIndex(u.Host, "]")+1:], ":"); ok {
		if n, err := strconv.Atoi(port); err != nil || n < 1 || n > 65535 {
			return fmt.Errorf("leave the port out, or use 1 to 65535")
		}
	}
	return nil
}

// webScheme reports whether u is https, or http on a loopback address.
func webScheme(u *url.URL) bool { return u.Scheme == "https" || u.Scheme == "http" && loopback(u) }

func loopback(u *url.URL) bool {
	ip, err := netip.ParseAddr(u.Hostname())
	return u.Hostname() == "localhost" || err == nil && ip.IsLoopback()
}

// unreachable reports whether nobody on the internet can reach the host: an
// address of private networks, or a name that public DNS never knows (RFC 6761,
// RFC 6762 and ICANN's resolution on .internal).
func unreachable(u *url.URL) bool {
	host := strings.ToLower(strings.TrimSuffix(u.Hostname(), "."))
	if ip, err := netip.ParseAddr(host); err == nil {
		return ip.IsLoopback() || ip.IsPrivate() || ip.IsLinkLocalUnicast() || ip.IsUnspecified()
	}
	last := host[strings.LastIndex(host, ".")+1:]
	return last == host || last == "localhost" || last == "local" || last == "internal" || last == "test" || last == "invalid"
}
