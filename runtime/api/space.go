package api

import (
	"context"
	"strings"
	"unicode/utf8"

	"github.com/bytepass/bytepass/runtime/auth"
	"github.com/bytepass/bytepass/runtime/files"
)

// SpaceQuery is the part of every input that says whose files are meant.
type SpaceQuery struct {
	Space string `query:"space" doc:"Whose files are meant: empty for the caller's own, g/<group> for those of a group that the caller is a member of, u/<owner> for those of another owner, which takes the scope files:admin and is logged" example:"g/team"`
}

// space returns the space that a request means, and notes it for the audit. The
// error is a *files.Problem with CodeForbidden for a space that the token does
// not open.
func (in SpaceQuery) space(ctx context.Context) (files.Space, error) {
	c := callOf(ctx)
	kind, name, err := in.parse()
	if err != nil {
		return files.Space{}, err
	}
	space, err := in.opened(c.principal, kind, name)
	if err != nil {
		c.audit.Space = asked(kind, name)
		return files.Space{}, err
	}
	c.audit.Space = space
	if kind != "u" {
		return space, nil
	}
	if own, err := c.principal.Space(); err != nil || space != own {
		c.audit.ActingFor = name
	}
	return space, nil
}

// parse takes the parameter apart; both parts are empty if there is none.
func (in SpaceQuery) parse() (kind, name string, err error) {
	if in.Space == "" {
		return "", "", nil
	}
	kind, name, _ = strings.Cut(in.Space, "/")
	if kind != "g" && kind != "u" || name == "" || !utf8.ValidString(name) {
		return "", "", files.Problemf(files.CodeInvalidField, "space", "%q is not a space; leave it out for your own files, or send g/<group>", in.Space)
	}
	return kind, name, nil
}

// opened returns the space if the principal may open it. Owners and groups are
// named as tokens name them. For the caller's own, where it can only mean one,
// the escaped form of object keys is understood too; for an administrator it is
// not, or whoever calls himself a~2Fb would be taken for a/b.
func (in SpaceQuery) opened(p auth.Principal, kind, name string) (files.Space, error) {
	own, err := p.Space()
	switch {
	case err != nil || kind == "" || kind == "u" && name == p.Owner:
		return own, err
	case kind == "g" && p.InGroup(name):
		return files.Group(name)
	case kind == "u" && p.HasScope(auth.ScopeAdmin):
		return files.Person(name)
	case in.Space == own.String():
		return own, nil
	}
	for _, group := range p.Groups {
		if s, err := files.Group(group); err == nil && s.String() == in.Space {
			return s, nil
		}
	}
	return files.Space{}, files.Problemf(files.CodeForbidden, "space", "the token does not open this space")
}

// asked returns the space of this kind and name, whoever asks.
func asked(kind, name string) files.Space {
	spaceOf := files.Person
	if kind == "g" {
		spaceOf = files.Group
	}
	space, _ := spaceOf(name) // fails for an empty name only, and then there is none
	return space
}

// KeyQuery names one file in the query.
type KeyQuery struct {
	SpaceQuery
	Key string `query:"key" required:"true" doc:"The file's key" example:"photos/a.jpg"`
}

// object returns where the file is. The error is a *files.Problem.
func (in SpaceQuery) object(ctx context.Context, rawKey string) (files.Space, files.Key, string, error) {
	space, err := in.space(ctx)
	if err != nil {
		return files.Space{}, "", "", err
	}
	key, err := files.ParseKey(rawKey)
	if err != nil {
		return files.Space{}, "", "", err
	}
	noteKey(ctx, key)
	object, err := space.ObjectKey(key)
	return space, key, object, err
}
