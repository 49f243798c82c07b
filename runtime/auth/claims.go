package auth

import (
	"strings"
	"unicode/utf8"

	"github.com/bytepass/bytepass/runtime/files"
)

// Claims names the claims that a Principal is read from.
type Claims struct {
	Owner  string // the claim that names the owner, "sub" by default of the settings
	Groups string // the claim that lists the groups; empty reads none
	// ScopePrefix is what stands before files:read, files:write and files:admin
	// in the tokens' scopes, such as "bytepass/" with a resource server of
	// Cognito. Where it is set, scopes without it count for nothing.
	ScopePrefix string
}

// Principal reads a principal from the verified claims of a token. The owner
// has to be a string that is not empty: a number or a list would be two owners
// under one name, or one under two. So would a text that is not Unicode: every
// byte and surrogate that JSON cannot carry is decoded as U+FFFD, so an owner
// with that character is refused, and a group with it is none.
//
// Tokens of another kind than access tokens are refused: see checkKind.
//
// The error is a *files.Problem with CodeForbidden.
func (c Claims) Principal(claims map[string]any) (Principal, error) {
	if err := checkKind(claims); err != nil {
		return Principal{}, err
	}
	owner, ok := claims[c.Owner].(string)
	if !ok || owner == "" || !legible(owner) {
		return Principal{}, files.Problemf(files.CodeForbidden, "", "the token's claim %q is not a text in Unicode that names its owner; ask the issuer to set it", c.Owner)
	}
	return Principal{Owner: owner, Groups: c.groups(claims), Scopes: c.scopes(claims)}, nil
}

func (c Claims) groups(claims map[string]any) []string {
	if c.Groups == "" {
		return nil
	}
	var groups []string
	for _, group := range stringsOf(claims[c.Groups]) {
		if legible(group) {
			groups = append(groups, group)
		}
	}
	return groups
}

// legible reports whether a text was decoded without loss.
func legible(s string) bool { return !strings.ContainsRune(s, utf8.RuneError) }

// scopes reads the scopes where issuers put them: scope (RFC 8693, section
// 4.2), or scp as a list or a text. They are returned without the prefix.
func (c Claims) scopes(claims map[string]any) []string {
	var scopes []string
	for _, name := range []string{"scope", "scp"} {
		for _, s := range stringsOf(claims[name]) {
			for _, scope := range strings.Fields(s) {
				if own, ok := strings.CutPrefix(scope, c.ScopePrefix); ok {
					scopes = append(scopes, own)
				}
			}
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
