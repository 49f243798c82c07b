package catalog

import (
	"context"
	"strings"

	"github.com/bytepass/bytepass/runtime/files"
)

// Segment is one entry of a folder: a file, or a folder that holds files.
type Segment struct {
	Name   string       // the last segment of the key, without slashes
	Prefix string       // what the keys of a folder begin with, "/" at the end; empty for a file
	Record files.Record // of a file; zero for a folder
}

// IsFolder reports whether s is a folder.
func (s Segment) IsFolder() bool { return s.Prefix != "" }

// Cursor returns what Query.After has to be to get what follows s from Folders:
// the key of a file, the prefix of a folder.
func (s Segment) Cursor() string {
	if s.IsFolder() {
		return s.Prefix
	}
	return string(s.Record.Key)
}

// Lister is what Folders needs of a Catalog.
type Lister interface {
	List(ctx context.Context, q Query) ([]files.Record, error)
}

// Folders returns at most q.Limit entries of the folder that q.Prefix names, in
// byte order of Segment.Cursor: the keys below the prefix, cut after the next
// slash. "photos/" gives what is in the folder photos, "" the top of the space;
// a prefix that ends in the middle of a name gives the entries whose names
// begin so. A file and a folder of the same name are two entries. q.After is
// the Cursor of the last entry of the page before; q.From is not used. Fewer
// than q.Limit entries mean that there are no more.
//
// A folder is skipped by seeking behind it, so its cost does not depend on how
// much it holds: an entry costs at most one List.
func Folders(ctx context.Context, l Lister, q Query) ([]Segment, error) {
	q.From = ""
	if _, err := q.Bounds(); err != nil {
		return nil, err
	}
	if strings.HasSuffix(q.After, "/") {
		q.From, _ = Successor(q.After)
	}
	var out []Segment
	limit, page := q.Limit, firstStep
	for {
		q.Limit = page
		records, err := l.List(ctx, q)
		if err != nil {
			return nil, err
		}
		skipped := 0
		for _, r := range records {
			if len(out) > 0 && out[len(out)-1].holds(r.Key) {
				skipped++
				continue
			}
			out = append(out, segmentOf(r, q.Prefix))
			if len(out) == limit {
				return out, nil
			}
		}
		if len(records) < q.Limit {
			return out, nil
		}
		last := out[len(out)-1]
		q.After, q.From = last.Cursor(), ""
		if last.IsFolder() {
			q.From, _ = Successor(last.Prefix)
		}
		page = nextStep(page, skipped)
	}
}

// The size of the pages adapts: among files large ones save round trips, among
// full folders small ones save reading what is skipped.
const firstStep = 16

func nextStep(page, skipped int) int {
	if 2*skipped > page {
		return max(1, page/8)
	}
	return min(2*page, MaxLimit)
}

func segmentOf(r files.Record, prefix string) Segment {
	key := string(r.Key)
	name := strings.LastIndexByte(prefix, '/') + 1
	if slash := strings.IndexByte(key[len(prefix):], '/'); slash >= 0 {
		end := len(prefix) + slash
		return Segment{Name: key[name:end], Prefix: key[:end+1]}
	}
	return Segment{Name: key[name:], Record: r}
}

func (s Segment) holds(key files.Key) bool {
	return s.IsFolder() && strings.HasPrefix(string(key), s.Prefix)
}
