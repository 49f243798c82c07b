package api

import (
	"context"
	"crypto/rand"
	"net/http"
	"strings"

	"github.com/bytepass/bytepass/runtime/audit"
	"github.com/bytepass/bytepass/runtime/auth"
	"github.com/bytepass/bytepass/runtime/files"
)

// call is what is known of a request while it is served.
type call struct {
	id        string         // of the request, from end to end
	route     string         // the pattern that took it, such as "GET /api/files"
	principal auth.Principal // zero before it is known, and on public routes
	cause     error          // of an answer that is our fault, for the log
	audit     audit.Entry    // its Operation is empty for what is not about files
}

type callKey struct{}

// callOf returns the call that a request's context belongs to.
func callOf(ctx context.Context) *call {
	c, _ := ctx.Value(callKey{}).(*call)
	return c
}

// noteKey says in the audit which file a request is about.
func noteKey(ctx context.Context, key files.Key) { callOf(ctx).audit.Key = key }

// noteVersion says in the audit which version was read or came to be.
func noteVersion(ctx context.Context, id string) { callOf(ctx).audit.Version = id }

const requestIDHeader = "X-Request-Id"

// requestID returns the caller's id of the request, if it is one that is safe
// to repeat in a header and a log, or a new one.
func requestID(h http.Header) string {
	id := h.Get(requestIDHeader)
	if id == "" || len(id) > 64 || strings.IndexFunc(id, unfitForID) >= 0 {
		return rand.Text()
	}
	return id
}

func unfitForID(c rune) bool {
	switch {
	case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9':
		return false
	}
	return !strings.ContainsRune("-_.:=/+", c)
}
