package sign

import (
	"errors"
	"net/url"
	"strings"
)

// splitEndpoint returns the scheme and the host as clients will send it: in
// lower case, without a port that is the scheme's own.
func splitEndpoint(endpoint, region string) (scheme, host string, err error) {
	if endpoint == "" {
		suffix := ".amazonaws.com"
		if strings.HasPrefix(region, "cn-") {
			suffix += ".cn"
		}
		return "https", "s3." + region + suffix, nil
	}
	u, err := url.Parse(endpoint)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Hostname() == "" || u.User != nil ||
		strings.Trim(u.Path, "/") != "" || u.RawQuery != "" || u.Fragment != "" {
		return "", "", errors.New("sign: Endpoint must be a scheme and a host, such as https://s3.example.com:9000, and nothing more")
	}
	host = strings.ToLower(u.Host)
	switch port := u.Port(); {
	case port == "", u.Scheme == "http" && port == "80", u.Scheme == "https" && port == "443":
		host = strings.TrimSuffix(strings.TrimSuffix(host, port), ":")
	}
	return u.Scheme, host, nil
}

// plainName reports whether s is 1 to 255 letters, digits and bytes of more.
func plainName(s, more string) bool {
	for i := range len(s) {
		c := s[i]
		plain := 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9'
		if !plain && strings.IndexByte(more, c) < 0 {
			return false
		}
	}
	return s != "" && len(s) <= 255
}
