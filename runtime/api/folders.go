package api

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"github.com/bytepass/bytepass/runtime/catalog"
)

// Entry is one entry of a folder.
type Entry struct {
	Type   string `json:"type" enum:"file,folder" doc:"What the entry is"`
	Name   string `json:"name" doc:"The last segment of the key, or the folder's name" example:"photos"`
	Prefix string `json:"prefix,omitempty" doc:"Of a folder: the prefix to list it with" example:"photos/"`
	File   *File  `json:"file,omitempty" doc:"Of a file: the file"`
}

type foldersOutput struct {
	Link string  `header:"Link" doc:"The next page (RFC 8288), relation next; absent on the last"`
	Body []Entry `nullable:"false"`
}

func (s *service) registerFolders(operations huma.API) {
	register(s, operations, operation{
		id: "folders", method: http.MethodGet, path: "/api/folders", tag: "files", scope: read,
		summary:     "List a folder",
		description: "What is directly below a prefix that ends in a slash, or at the top of the space: files, and the names of folders, in byte order. A folder exists as long as a file is in it.",
	}, s.folders)
}

func (s *service) folders(ctx context.Context, in *pageInput) (*foldersOutput, error) {
	if s.Catalog == nil || s.Downloads == nil {
		return nil, notServed()
	}
	space, err := in.space(ctx)
	if err != nil {
		return nil, err
	}
	query, err := in.query(space, catalog.Stored)
	if err != nil {
		return nil, err
	}
	segments, err := catalog.Folders(ctx, s.Catalog, query)
	if err != nil {
		return nil, err
	}
	out := &foldersOutput{Body: make([]Entry, 0, len(segments))}
	size := 0
	for i, segment := range segments {
		entry := Entry{Type: "folder", Name: segment.Name, Prefix: segment.Prefix}
		size += 64 + 2*len(segment.Prefix)
		if !segment.IsFolder() {
			f, err := s.withURL(ctx, segment.Record, false)
			if err != nil {
				return nil, err
			}
			entry.Type, entry.File = "file", &f
			size += weight(f)
		}
		out.Body = append(out.Body, entry)
		if full := i+1 == in.Limit; full || size > maxPage {
			out.Link = in.next("/api/folders", segment.Cursor())
			break
		}
	}
	return out, nil
}
