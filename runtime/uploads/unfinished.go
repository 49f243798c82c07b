package uploads

import (
	"context"
	"errors"
	"fmt"

	"github.com/bytepass/bytepass/runtime/files"
)

// UnfinishedBelow returns the uploads of a space that were neither completed
// nor aborted and whose keys begin with prefix and come after the key after,
// in byte order of their keys. more says that there are others after the last:
// the list is cut behind a key, at limit uploads or, where one key has more,
// behind that key's. What Unfinished says of ids holds for these; their size is
// not known.
func (c *Control) UnfinishedBelow(ctx context.Context, space files.Space, prefix, after string, limit int) (found []Unfinished, more bool, err error) {
	if prefix, err = files.ParsePrefix(prefix); err != nil {
		return nil, false, err
	}
	ctx, cancel := context.WithTimeout(ctx, c.Wait)
	defer cancel()
	enough := errors.New("enough")
	err = c.Store.UnfinishedUploads(ctx, space.Prefix()+prefix, func(u files.Unfinished) error {
		in, key, ok := files.SplitObjectKey(u.ObjectKey)
		if !ok || in != space || string(key) <= after {
			return nil // not ours, or on a page before
		}
		if len(found) >= max(1, limit) && found[len(found)-1].Key != key {
			more = true
			return enough
		}
		i := id{store: u.UploadID, size: files.SizeUnknown}
		found = append(found, Unfinished{Key: key, ID: i.encode(u.ObjectKey), StartedAt: u.StartedAt, Plan: NewPlan(files.SizeUnknown)})
		return nil
	})
	if err != nil && !errors.Is(err, enough) {
		return nil, false, fmt.Errorf("list unfinished uploads: %w", err)
	}
	return found, more, nil
}
