package purge

import (
	"context"
	"fmt"
	"net/url"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"github.com/bytepass/bytepass/runtime/catalog"
	"github.com/bytepass/bytepass/runtime/files"
)

// version is a version or a delete marker of an object.
type version struct {
	object, id string
	marker     bool
	size       int64
}

// name tells a version from all others: ids do so only within a key.
func (v version) name() [2]string { return [2]string{v.object, v.id} }

// versions calls visit with each page of the target's versions and markers, in
// the store's order, until visit returns an error, which it returns. visit
// returns those of the page that are still there after it. Nothing is visited
// twice that stands on two pages in a row.
func (p *Purge) versions(ctx context.Context, visit func([]version) (left []version, err error)) error {
	in := &s3.ListObjectVersionsInput{Bucket: &p.cfg.Bucket, Prefix: aws.String(p.cfg.Target.objects()), EncodingType: types.EncodingTypeUrl}
	seen := map[[2]string]bool{} // those of the page before
	for {
		page, err := p.cfg.Store.ListObjectVersions(ctx, in)
		if err != nil {
			return fmt.Errorf("list the versions in the store: %w", err)
		}
		found, others, err := p.ours(page)
		if err != nil {
			return err
		}
		fresh := slices.DeleteFunc(slices.Clone(found), func(v version) bool { return seen[v.name()] })
		left, err := visit(fresh)
		if err != nil {
			return err
		}
		// The versions of a key stand together, before those of keys that begin
		// with it.
		if !aws.ToBool(page.IsTruncated) || others && p.cfg.Target.Key != "" {
			return nil
		}
		if err := goOn(in, page, fresh, left); err != nil {
			return err
		}
		clear(seen)
		for _, v := range found {
			seen[v.name()] = true
		}
	}
}

// goOn sets where the page begins that follows one. What a page has to begin
// behind must still be there: behind a version that is gone Ceph leaves out all
// others of its key. Where nothing is left the next page begins where this one
// did.
func goOn(in *s3.ListObjectVersionsInput, page *s3.ListObjectVersionsOutput, fresh, left []version) error {
	switch {
	case len(left) == len(fresh):
		next, err := endOf(page)
		if err != nil {
			return err
		}
		if next == aws.ToString(in.KeyMarker) && aws.ToString(page.NextVersionIdMarker) == aws.ToString(in.VersionIdMarker) {
			return fmt.Errorf("list the versions in the store: it sends the same page again and again")
		}
		in.KeyMarker, in.VersionIdMarker = &next, page.NextVersionIdMarker
	case len(left) > 0:
		last := left[len(left)-1]
		in.KeyMarker, in.VersionIdMarker = &last.object, &last.id
	}
	return nil
}

// ours returns the target's entries of a page, and whether it has others.
func (p *Purge) ours(page *s3.ListObjectVersionsOutput) (found []version, others bool, err error) {
	add := func(key *string, v version) error {
		if v.object, err = plain(key, page.EncodingType); err != nil {
			return err
		}
		if p.cfg.Target.has(v.object) {
			found = append(found, v)
		} else {
			others = true
		}
		return nil
	}
	for _, v := range page.Versions {
		if err := add(v.Key, version{id: aws.ToString(v.VersionId), size: aws.ToInt64(v.Size)}); err != nil {
			return nil, false, err
		}
	}
	for _, m := range page.DeleteMarkers {
		if err := add(m.Key, version{id: aws.ToString(m.VersionId), marker: true}); err != nil {
			return nil, false, err
		}
	}
	// Versions and markers are told apart; here those of a key stand together.
	slices.SortStableFunc(found, func(a, b version) int { return strings.Compare(a.object, b.object) })
	return found, others, nil
}

// endOf returns the key that a page ends with. Ceph 16 encodes all keys of a page
// but this one.
func endOf(page *s3.ListObjectVersionsOutput) (string, error) {
	keys := make([]*string, 0, len(page.Versions)+len(page.DeleteMarkers))
	for _, v := range page.Versions {
		keys = append(keys, v.Key)
	}
	for _, m := range page.DeleteMarkers {
		keys = append(keys, m.Key)
	}
	last := ""
	for _, key := range keys {
		object, err := plain(key, page.EncodingType)
		if err != nil {
			return "", err
		}
		last = max(last, object)
	}
	if aws.ToString(page.NextKeyMarker) == last {
		return last, nil
	}
	return plain(page.NextKeyMarker, page.EncodingType)
}

// plain returns a key of a listing as it is. Keys are asked for in URL encoding,
// because XML cannot hold all of them; a store that does not know it does not
// say it.
func plain(key *string, encoding types.EncodingType) (string, error) {
	if encoding != types.EncodingTypeUrl {
		return aws.ToString(key), nil
	}
	object, err := url.QueryUnescape(aws.ToString(key))
	if err != nil {
		return "", fmt.Errorf("the store lists the key %q, which is not URL-encoded as it says: %w", aws.ToString(key), err)
	}
	return object, nil
}

// uploads returns the target's unfinished uploads. Unless they are of one key, it
// looks through all of the bucket's: MinIO knows none below a prefix.
func (p *Purge) uploads(ctx context.Context) (found []files.Unfinished, err error) {
	prefix := ""
	if p.cfg.Target.Key != "" {
		prefix = p.cfg.Target.objects()
	}
	err = p.cfg.Uploads.UnfinishedUploads(ctx, prefix, func(u files.Unfinished) error {
		if p.cfg.Target.has(u.ObjectKey) {
			found = append(found, u)
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("list the unfinished uploads in the store: %w", err)
	}
	return found, nil
}

// entry is a record of the catalog at a revision.
type entry struct {
	object string
	key    files.Key
	rev    catalog.Revision
}

// records returns the target's records, tombstones too.
func (p *Purge) records(ctx context.Context) (found []entry, err error) {
	t := p.cfg.Target
	err = p.cfg.Catalog.Records(ctx, t.Space, t.prefix(), func(r files.Record, rev catalog.Revision) error {
		if object := t.Space.Prefix() + string(r.Key); t.has(object) {
			found = append(found, entry{object, r.Key, rev})
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("list the records of the catalog: %w", err)
	}
	return found, nil
}
