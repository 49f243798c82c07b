package auth

import (
	"slices"

	"github.com/bytepass/bytepass/runtime/env"
	"github.com/bytepass/bytepass/runtime/files"
)

// Scopes of the API, asked for when the deployment requires scopes.
const (
	ScopeRead  = env.ScopeRead
	ScopeWrite = env.ScopeWrite
	ScopeAdmin = env.ScopeAdmin
)

// Principal is who is asking, from verified claims only.
type Principal struct {
	Owner  string   // the owner claim, never empty
	Groups []string // the groups claim
	Scopes []string // of the token
}

// Space returns the principal's own space. The error is a *files.Problem with
// CodeForbidden if there is no owner.
func (p Principal) Space() (files.Space, error) { return files.Person(p.Owner) }

// HasScope reports whether the token carries the scope.
func (p Principal) HasScope(scope string) bool { return slices.Contains(p.Scopes, scope) }

// InGroup reports whether the principal is a member of the group.
func (p Principal) InGroup(group string) bool { return slices.Contains(p.Groups, group) }
