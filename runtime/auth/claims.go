package auth

import (
	"strings"

	"github.com/bytepass/bytepass/runtime/files"
)

// Claims names the claims that a Principal is read from.
type Claims struct {
	Owner  string // the claim that names the owner, "sub" by default of the settings
	Groups string // the claim that lists the groups; empty reads none
}

// Principal reads a principal from the verified claims of a token. The owner
// has to be a string that is not empty: a number or a list would be two owners
// under one name, or one under two. The error is a *files.Problem with
// CodeForbidden.
func (c Claims) Principal(claims map[string]any) (Principal, error) {
	owner, ok := claims[c.Owner].(string)
	if !ok || owner == "" {
		return Principal{}, files.Problemf(files.CodeForbidden, "", "the token's claim %q is not a text that names its owner; ask the issuer to set it", c.Owner)
	}
	return Principal{Owner: owner, Groups: stringsOf(claims[c.Groups]), Scopes: scopesOf(claims)}, nil
}

// scopesOf reads the scopes where issuers put them: scope (RFC 8693, section
// 4.2), or scp as a list or a text.
func scopesOf(claims map[string]any) []string {
	var scopes []string
	for _, name := range []string{"scope", "scp"} {
		for _, s := range stringsOf(claims[name]) {
			scopes = append(scopes, strings.Fields(s)...)
		}
	}
	return scopes
}

// stringsOf returns the strings of a claim that is one or a list of them.
func stringsOf(claim any) []string {
	switch v := claim.(type) {
	case string:
		if v != "" {
			return []string{v}
		}
	case []string:
		return v
	case []any:
		var list []string
		for _, item := range v {
			if s, ok := item.(string); ok && s != "" {
				list = append(list, s)
			}
		}
		return list
	}
	return nil
}
