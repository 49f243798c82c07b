package api

import (
	"maps"
	"net/http"
	"net/url"
	"strings"
)

// capabilityPrefix begins the path …/u/<token>/s3/…
const capabilityPrefix = "/u/"

// capability lets a client of the Companion contract that cannot send a header
// carry its token in the path: …/u/<token>/s3/…. The token is the same as in
// the header and is checked as that; it opens nothing but /s3 this way.
//
// The token is taken out of the request before anybody behind us sees it, and
// front logs routes, never paths. A proxy in front of us may log paths: there,
// and on API Gateway, whose authorizer reads no token from a path, the client
// has to use POST /s3/sign instead.
type capability struct{ next http.Handler }

func (c capability) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	rest, ok := strings.CutPrefix(r.URL.Path, capabilityPrefix)
	token, path, _ := strings.Cut(rest, "/")
	if !ok || token == "" || !strings.HasPrefix(path, "s3/") {
		c.next.ServeHTTP(w, r)
		return
	}
	inner := *r
	inner.URL = &url.URL{Path: "/" + path, RawQuery: r.URL.RawQuery}
	inner.RequestURI = inner.URL.RequestURI()
	inner.Header = maps.Clone(r.Header)
	inner.Header.Set("Authorization", "Bearer "+token)
	c.next.ServeHTTP(w, &inner)
}
