package api

import (
	"net/http"
	"slices"

	"github.com/bytepass/bytepass/runtime/files"
)

// What pages of other origins may send and read.
const (
	corsMethods = "GET, POST, DELETE"
	corsHeaders = "Authorization, Content-Type, X-Request-Id"
	corsExposed = "ETag, Link, Retry-After, X-Request-Id"
	corsMaxAge  = "600"
)

// cors answers the questions of browsers about pages of other origins (the
// Fetch standard's CORS protocol). Only origins of the list are let in; there
// are no credentials to allow, since tokens travel in a header.
type cors struct {
	origins []string
	next    http.Handler
}

// newCORS returns next alone if no origins are given: a gateway answers then.
func newCORS(origins []string, next http.Handler) http.Handler {
	if len(origins) == 0 {
		return next
	}
	return &cors{origins, next}
}

func (c *cors) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Add("Vary", "Origin")
	origin := r.Header.Get("Origin")
	allowed := origin != "" && slices.Contains(c.origins, origin)
	if allowed {
		h.Set("Access-Control-Allow-Origin", origin)
		h.Set("Access-Control-Expose-Headers", corsExposed)
	}
	if r.Method != http.MethodOptions || r.Header.Get("Access-Control-Request-Method") == "" {
		c.next.ServeHTTP(w, r)
		return
	}
	h.Add("Vary", "Access-Control-Request-Method")
	h.Add("Vary", "Access-Control-Request-Headers")
	if !allowed {
		writeProblem(w, r, files.Problemf(files.CodeForbidden, "", "pages of this origin may not call the API; name the origin in the settings"))
		return
	}
	h.Set("Access-Control-Allow-Methods", corsMethods)
	h.Set("Access-Control-Allow-Headers", corsHeaders)
	h.Set("Access-Control-Max-Age", corsMaxAge)
	w.WriteHeader(http.StatusNoContent)
}
