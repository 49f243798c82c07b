package api

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"github.com/bytepass/bytepass/runtime/catalog"
)

type listOutput struct {
	Link string `header:"Link" doc:"The next page (RFC 8288), relation next; absent on the last"`
	Body []File `nullable:"false"`
}

func (s *service) registerList(operations huma.API) {
	for _, route := range []struct {
		id, path, summary, description string
		view                           catalog.View
	}{
		{
			"list", "/api/files", "List files",
			"Files by their keys, in byte order, each with a URL to download it. A file appears within seconds of its upload.",
			catalog.Stored,
		},
		{
			"trash", "/api/trash", "List deleted files",
			"What was deleted and can perhaps be restored: `GET /api/versions` says whether its versions are still there.",
			catalog.Trash,
		},
		{
			"rejected", "/api/rejected", "List refused uploads",
			"What arrived but was not what was declared, and why. The bytes are behind a delete marker.",
			catalog.Rejected,
		},
	} {
		register(s, operations, operation{
			id: route.id, method: http.MethodGet, path: route.path, tag: "files", scope: read,
			summary: route.summary, description: route.description,
		}, func(ctx context.Context, in *pageInput) (*listOutput, error) {
			return s.list(ctx, *in, route.path, route.view)
		})
	}
}

// list answers a page of a view; files that are stored get a URL each.
func (s *service) list(ctx context.Context, in pageInput, path string, view catalog.View) (*listOutput, error) {
	if s.Catalog == nil || view == catalog.Stored && s.Downloads == nil {
		return nil, notServed()
	}
	space, err := in.space(ctx)
	if err != nil {
		return nil, err
	}
	query, err := in.query(space, view)
	if err != nil {
		return nil, err
	}
	records, err := s.Catalog.List(ctx, query)
	if err != nil {
		return nil, err
	}
	out := &listOutput{Body: make([]File, 0, len(records))}
	size := 0
	for i, r := range records {
		f := fileOf(r)
		if view == catalog.Stored {
			if f, err = s.withURL(ctx, r, false); err != nil {
				return nil, err
			}
		}
		out.Body = append(out.Body, f)
		size += weight(f)
		if full := i+1 == in.Limit; full || size > maxPage {
			out.Link = in.next(path, f.Key)
			break
		}
	}
	return out, nil
}

// weight is about how many bytes a file takes in an answer.
func weight(f File) int {
	n := 512 + len(f.Key) + len(f.URL) + len(f.Name) + len(f.Reason)
	for name, value := range f.Metadata {
		n += len(name) + len(value)
	}
	return n
}
