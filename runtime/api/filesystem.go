package api

import (
	"context"

	"github.com/bytepass/bytepass/runtime/catalog"
	"github.com/bytepass/bytepass/runtime/files"
)

// maxSegment is the longest name of a file on the file systems that the
// embedded store runs on, in bytes.
const maxSegment = 255

// checkPath answers before anything is signed what a store that keeps objects
// as files could only refuse when the bytes arrive: a name that is too long,
// and a file where the store or the catalog shows a folder, or the reverse. A deleted or
// rejected file still stands in the way, because its versions and its marker
// are kept under its name. The error is a *files.Problem with CodeNameTooLong
// or CodePathConflict.
func (s *service) checkPath(ctx context.Context, space files.Space, key files.Key) error {
	for _, segment := range key.Segments() {
		if len(segment) > maxSegment {
			return files.Problemf(files.CodeNameTooLong, "key", "the name %.40q… has %d bytes; this store keeps at most %d between two slashes", segment, len(segment), maxSegment)
		}
	}
	switch {
	case s.CheckName != nil:
		object, err := space.ObjectKey(key)
		if err != nil {
			return err
		}
		return s.CheckName(object)
	case s.Catalog == nil:
		return nil
	}
	for _, folder := range key.Ancestors() {
		file, _, err := s.Catalog.Get(ctx, space, folder)
		if err != nil {
			return err
		}
		stands, err := s.stands(ctx, space, file)
		if err != nil {
			return err
		}
		if stands {
			return files.Problemf(files.CodePathConflict, "key", "%q is a file here (or was one and can be restored), so it cannot be a folder too; choose another key", folder)
		}
	}
	return s.checkNotFolder(ctx, space, key)
}

func (s *service) checkNotFolder(ctx context.Context, space files.Space, key files.Key) error {
	for _, view := range []catalog.View{catalog.Stored, catalog.Rejected, catalog.Trash} {
		below, err := s.Catalog.List(ctx, catalog.Query{Space: space, View: view, Prefix: string(key) + "/", Limit: 100})
		if err != nil {
			return err
		}
		for _, file := range below {
			stands, err := s.stands(ctx, space, file)
			if err != nil {
				return err
			}
			if stands {
				return files.Problemf(files.CodePathConflict, "key", "%q is a folder here (%q is or was in it), so it cannot be a file too; choose another key", key, file.Key)
			}
		}
	}
	return nil
}

// stands reports whether the store has something under the record's name. A
// tombstone alone does not prove it: the versions may have been erased.
func (s *service) stands(ctx context.Context, space files.Space, file files.Record) (bool, error) {
	if file.Status != files.Deleted || s.Deleter == nil {
		return file.Status != "", nil
	}
	object, err := space.ObjectKey(file.Key)
	if err != nil {
		return false, err
	}
	versions, _, err := s.Deleter.Versions(ctx, object, "", 1)
	return len(versions) > 0, err
}
