package ingest

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/bytepass/bytepass/runtime/catalog"
	"github.com/bytepass/bytepass/runtime/files"
)

// converged returns what is wrong with the catalog, the bucket being what it is.
func (s *simulation) converged(ctx context.Context) error {
	var wrong []error
	for _, w := range s.bucket.wrong {
		wrong = append(wrong, errors.New(w))
	}
	var stored []string
	for _, objectKey := range s.keys {
		_, key, _ := files.SplitObjectKey(objectKey)
		r, rev, err := s.catalog.Get(ctx, s.space, key)
		if err != nil {
			return err
		}
		head, found, _ := s.bucket.Head(ctx, objectKey)
		if found {
			stored = append(stored, string(key))
		}
		if why := differs(r, rev, head, found, slices.Contains(s.sent, objectKey)); why != "" {
			wrong = append(wrong, fmt.Errorf("%s: %s: the bucket has %+v (%t), the catalog %+v at %d", objectKey, why, head, found, r, rev))
		}
	}
	listed, err := s.catalog.List(ctx, catalog.Query{Space: s.space, View: catalog.Stored, Limit: 10})
	if err != nil {
		return err
	}
	if !slices.EqualFunc(listed, stored, func(r files.Record, key string) bool { return string(r.Key) == key }) {
		wrong = append(wrong, fmt.Errorf("listed %+v, want %q", listed, stored))
	}
	return errors.Join(wrong...)
}

// differs says how a record differs from what the bucket says of its object.
func differs(r files.Record, rev catalog.Revision, head files.Head, found, touched bool) string {
	switch {
	case !touched && rev != 0:
		return "a record of nothing"
	case !touched:
		return ""
	case rev == 0:
		return "no record"
	case !found && r.Status != files.Deleted && r.Status != files.Rejected:
		return "the object is gone"
	case !found:
		return ""
	case head.Verdict() != "":
		return "an object that is not what was declared is still there"
	case r.Status != files.Stored:
		return "the object is there"
	case r.VersionID != head.VersionID || r.ETag != head.ETag || r.Size != head.Size || r.Name != head.Declaration.Name || !r.UploadedAt.Equal(head.LastModified):
		return "it is of another version"
	}
	return ""
}
