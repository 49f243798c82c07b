package server

import (
	"net/url"
	"strings"
)

// mixed reports whether browsers keep a page at one URL from sending to a store
// at another: a page by HTTPS may speak HTTP to loopback alone (W3C Mixed
// Content, section 4; Secure Contexts, section 3.1).
func mixed(page, store string) bool {
	u, err := url.Parse(store)
	return strings.HasPrefix(page, "https://") && err == nil && u.Scheme == "http" && !isLoopback(u.Hostname())
}

// warnOfMixedContent says so if no browser can upload from our own page. Other
// clients can.
func (s *server) warnOfMixedContent() {
	r := s.running()
	if !mixed(r.URL, r.Store) {
		return
	}
	remedy := "name a URL with https:// by which clients reach it, with --s3-public-endpoint"
	if s.cfg.S3.Endpoint == "" {
		remedy = "let it speak HTTPS, too, with --tls-cert and --tls-key"
	}
	s.cfg.Log.Warn("browsers refuse to upload: pages by HTTPS may not send to a store by HTTP; "+remedy, "page", r.URL, "store", r.Store)
}
