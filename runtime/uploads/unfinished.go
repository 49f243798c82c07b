package uploads

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/bytepass/bytepass/runtime/files"
)

// UnfinishedBelow returns the uploads of a space that were neither completed
// nor aborted and whose keys begin with prefix and come after the key after,
// in byte order of their keys. more says that there are others after the last:
// the list is cut behind a key, at limit uploads or, where one key has more,
// behind that key's. What Unfinished says of ids that were listed without the
// size holds for these.
//
// All of the prefix is read for each page, because MinIO and SeaweedFS list
// uploads in an order of their own.
func (c *Control) UnfinishedBelow(ctx context.Context, space files.Space, prefix, after string, limit int) (found []Unfinished, more bool, err error) {
	if prefix, err = files.ParsePrefix(prefix); err != nil {
		return nil, false, err
	}
	ctx, cancel := context.WithTimeout(ctx, c.Wait)
	defer cancel()
	err = c.Store.UnfinishedUploads(ctx, space.Prefix()+prefix, func(u files.Unfinished) error {
		in, key, ok := files.SplitObjectKey(u.ObjectKey)
		if !ok || in != space || string(key) <= after {
			return nil // not ours, or on a page before
		}
		i := id{store: u.UploadID, size: files.SizeUnknown}
		found = append(found, Unfinished{Key: key, ID: i.encode(u.ObjectKey), StartedAt: u.StartedAt, Plan: i.plan()})
		return nil
	})
	if err != nil {
		return nil, false, fmt.Errorf("list unfinished uploads: %w", err)
	}
	slices.SortStableFunc(found, func(a, b Unfinished) int { return strings.Compare(string(a.Key), string(b.Key)) })
	end := min(max(1, limit), len(found))
	for end > 0 && end < len(found) && found[end].Key == found[end-1].Key {
		end++
	}
	return found[:end], end < len(found), nil
}
