package api

import (
	"net/url"
	"strconv"

	"github.com/bytepass/bytepass/runtime/catalog"
	"github.com/bytepass/bytepass/runtime/files"
)

const (
	defaultLimit = 100
	maxLimit     = 1000
	// maxPage ends a page early, in bytes: a function's answer has at most 6 MB.
	maxPage = 4 << 20
)

// PageQuery is what every paged route takes.
type PageQuery struct {
	Cursor string `query:"cursor" doc:"Where the page before ended. It is in its Link header: follow that and never make one"`
	Limit  int    `query:"limit" minimum:"1" maximum:"1000" default:"100" doc:"The most entries of a page. A page may have fewer: only the missing Link says that it is the last"`
}

// link returns the Link header to the page after last (RFC 8288), relative to
// the host, because only the client knows under which name it reached us.
// Values of the query that are empty are left out.
func (in PageQuery) link(path, last string, query url.Values) string {
	for name, values := range query {
		if values[0] == "" {
			delete(query, name)
		}
	}
	query.Set("cursor", files.EncodeCursor(last))
	if in.Limit != defaultLimit {
		query.Set("limit", strconv.Itoa(in.Limit))
	}
	return "<" + path + "?" + query.Encode() + `>; rel="next"`
}

// pageInput is what the lists of files take.
type pageInput struct {
	SpaceQuery
	Prefix string `query:"prefix" doc:"Only keys that begin so" example:"photos/"`
	PageQuery
}

// query returns the page that the catalog is asked for. The error is a
// *files.Problem on prefix, cursor or space.
func (in pageInput) query(space files.Space, view catalog.View) (catalog.Query, error) {
	prefix, err := files.ParsePrefix(in.Prefix)
	if err != nil {
		return catalog.Query{}, err
	}
	after, err := files.ParseCursor(in.Cursor)
	if err != nil {
		return catalog.Query{}, err
	}
	return catalog.Query{Space: space, View: view, Prefix: prefix, After: after, Limit: in.Limit}, nil
}

// next returns the Link header to the page of the list after last.
func (in pageInput) next(path, last string) string {
	return in.link(path, last, url.Values{"space": {in.Space}, "prefix": {in.Prefix}})
}
