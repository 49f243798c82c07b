package auth

import (
	"strings"

	"github.com/bytepass/bytepass/runtime/files"
)

// An issuer signs more than access tokens with its keys, for the same audience:
// ID tokens, logout tokens, security events. Whoever was handed one of those
// must not come in with it (RFC 8725, sections 2.8 and 3.12).

// checkType looks at the type in a token's header, nil if it has none. RFC 9068,
// section 2.1, wants at+jwt; most issuers write JWT or nothing, and what else
// there is without a plus says nothing of the kind. Any other type with a plus
// is of another kind of token (RFC 8725, section 3.11). The error is a
// *files.Problem with CodeForbidden.
func checkType(typ any) error {
	text, ok := typ.(string)
	text = strings.TrimPrefix(strings.ToLower(text), "application/") // RFC 7515, section 4.1.9
	if typ != nil && !ok || strings.Contains(text, "+") && text != "at+jwt" {
		return files.Problemf(files.CodeForbidden, "", "the type in the token's header says that it is no access token; send the access token")
	}
	return nil
}

// checkKind looks at claims that access tokens do not have.
//
// The ID tokens of Cognito (token_use) and of Keycloak (typ, a claim there) may
// bear the same audience as their access tokens, and are refused: applications
// hand them to others, and send them in the URL of a logout (OpenID Connect
// RP-Initiated Logout 1.0, section 2). The claim events
// makes a token a security event (RFC 8417, section 2.2), of which a logout
// token is one (OpenID Connect Back-Channel Logout 1.0, section 2.4).
//
// The error is a *files.Problem with CodeForbidden.
func checkKind(claims map[string]any) error {
	if claims["token_use"] == "id" || claims["typ"] == "ID" {
		return files.Problemf(files.CodeForbidden, "", "this is an ID token, which says who has signed in; send the access token")
	}
	if claims["events"] != nil {
		return files.Problemf(files.CodeForbidden, "", "this is a token that tells of an event; send the access token")
	}
	return nil
}
