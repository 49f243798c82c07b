package auth

import (
	"net/http"
	"strings"

	"github.com/bytepass/bytepass/runtime/files"
)

// maxToken bounds a token in bytes. Access tokens have one or two kilobytes;
// what is far beyond that is refused before anything looks into it.
const maxToken = 16 << 10

// bearer returns the token of the Authorization header (RFC 6750, section
// 2.1). The error is a *files.Problem with CodeUnauthenticated.
func bearer(h http.Header) (string, error) {
	values := h.Values("Authorization")
	if len(values) == 0 {
		return "", files.Problemf(files.CodeUnauthenticated, "", "there is no token; send the header Authorization: Bearer <token>")
	}
	scheme, token, _ := strings.Cut(values[0], " ")
	token = strings.Trim(token, " ")
	if len(values) > 1 || !strings.EqualFold(scheme, "Bearer") || token == "" {
		return "", files.Problemf(files.CodeUnauthenticated, "", "the Authorization header is not one bearer token; send Authorization: Bearer <token>")
	}
	if len(token) > maxToken {
		return "", files.Problemf(files.CodeUnauthenticated, "", "the token has %d bytes; at most %d are read", len(token), maxToken)
	}
	return token, nil
}
