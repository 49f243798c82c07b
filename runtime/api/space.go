package api

import (
	"context"
	"strings"

	"github.com/bytepass/bytepass/runtime/files"
)

// SpaceQuery is the part of every input that says whose files are meant.
type SpaceQuery struct {
	Space string `query:"space" doc:"Whose files are meant: empty for the caller's own, g/<group> for those of a group that the caller is a member of" example:"g/team"`
}

// space returns the space that a request means. The owner always comes from
// the token. A group is named as the token names it; its escaped form, as
// object keys have it, is understood too. The error is a *files.Problem with
// CodeForbidden for a space that is not the caller's.
func (in SpaceQuery) space(ctx context.Context) (files.Space, error) {
	p := callOf(ctx).principal
	own, err := p.Space()
	if err != nil || in.Space == "" || in.Space == own.String() {
		return own, err
	}
	kind, name, _ := strings.Cut(in.Space, "/")
	if kind != "g" && kind != "u" || name == "" {
		return files.Space{}, files.Problemf(files.CodeInvalidField, "space", "%q is not a space; leave it out for your own files, or send g/<group>", in.Space)
	}
	if kind == "g" && p.InGroup(name) {
		return files.Group(name)
	}
	for _, group := range p.Groups {
		if s, err := files.Group(group); err == nil && s.String() == in.Space {
			return s, nil
		}
	}
	return files.Space{}, files.Problemf(files.CodeForbidden, "space", "the token does not open this space")
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
	object, err := space.ObjectKey(key)
	return space, key, object, err
}
