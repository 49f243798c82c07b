package catalog_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/bytepass/bytepass/runtime/catalog"
	"github.com/bytepass/bytepass/runtime/catalog/catalogtest"
	"github.com/bytepass/bytepass/runtime/files"
)

// counting counts what Folders reads.
type counting struct {
	catalog.Lister
	lists, records int
}

func (c *counting) List(ctx context.Context, q catalog.Query) ([]files.Record, error) {
	found, err := c.Lister.List(ctx, q)
	c.lists++
	c.records += len(found)
	return found, err
}

func fill(t interface{ Fatal(...any) }, keys ...string) *catalogtest.Memory {
	m := catalogtest.NewMemory(time.Now)
	for _, k := range keys {
		if err := m.Put(context.Background(), files.Record{Space: space, Key: files.Key(k), Status: files.Stored}, 0); err != nil {
			t.Fatal(err)
		}
	}
	return m
}

func folders(t interface{ Fatal(...any) }, l catalog.Lister, prefix, after string, limit int) []catalog.Segment {
	found, err := catalog.Folders(context.Background(), l, catalog.Query{Space: space, View: catalog.Stored, Prefix: prefix, After: after, Limit: limit})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

func TestFoldersNamesFilesAndFolders(t *testing.T) {
	m := fill(t, "a", "a.txt", "a/b", "a/c/d", "é/1", "photos/2025/x", "photos/2026/y", "photos/cover.jpg", "z")
	for _, c := range []struct{ prefix, want string }{
		{"", "a=file a.txt=file a=a/ photos=photos/ z=file é=é/"},
		{"a/", "b=file c=a/c/"},
		{"a", "a=file a.txt=file a=a/"},
		{"photos/", "2025=photos/2025/ 2026=photos/2026/ cover.jpg=file"},
		{"photos/20", "2025=photos/2025/ 2026=photos/2026/"},
		{"photos/2026/", "y=file"},
		{"none/", ""},
	} {
		var got []string
		for _, s := range folders(t, m, c.prefix, "", 100) {
			what := "file"
			if s.IsFolder() {
				what = s.Prefix
			}
			got = append(got, s.Name+"="+what)
		}
		if strings.Join(got, " ") != c.want {
			t.Errorf("%q: %v, want %s", c.prefix, got, c.want)
		}
	}
}

// Pages of any size, put together, are what one finds by cutting all keys.
func TestFoldersPagesAreComplete(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		segment := rapid.StringOfN(rapid.SampledFrom([]rune("ab.0é\U0001F4BE")), 1, 2, -1)
		keys := rapid.SliceOfNDistinct(rapid.Map(rapid.SliceOfN(segment, 1, 3), func(s []string) string { return strings.Join(s, "/") }), 0, 60, rapid.ID).Draw(t, "keys")
		prefix := rapid.SampledFrom([]string{"", "a", "a/", "a/b/", "é/"}).Draw(t, "prefix")
		limit := rapid.IntRange(1, 40).Draw(t, "limit")

		var want []string
		for _, k := range keys {
			if !strings.HasPrefix(k, prefix) {
				continue
			}
			if slash := strings.IndexByte(k[len(prefix):], '/'); slash >= 0 {
				k = k[:len(prefix)+slash+1]
			}
			want = append(want, k)
		}
		slices.Sort(want)
		want = slices.Compact(want)

		m, after, got := fill(t, keys...), "", []string(nil)
		for {
			page := folders(t, m, prefix, after, limit)
			for _, s := range page {
				got = append(got, s.Cursor())
			}
			if len(page) < limit {
				break
			}
			after = page[len(page)-1].Cursor()
		}
		if !slices.Equal(got, want) {
			t.Fatalf("got %q, want %q", got, want)
		}
	})
}

func TestFoldersSeeksBehindFullFolders(t *testing.T) {
	var keys []string
	for folder := range 50 {
		for file := range 200 {
			keys = append(keys, fmt.Sprintf("f%02d/%03d", folder, file))
		}
	}
	c := &counting{Lister: fill(t, keys...)}
	if got := folders(t, c, "", "", 50); len(got) != 50 {
		t.Fatalf("%d folders, want 50", len(got))
	}
	if c.lists > 60 || c.records > 250 {
		t.Errorf("50 folders of 200 files cost %d lists and %d records", c.lists, c.records)
	}
	c = &counting{Lister: fill(t, keys...)}
	if got := folders(t, c, "f00/", "", 200); len(got) != 200 {
		t.Fatalf("%d files, want 200", len(got))
	}
	if c.lists > 6 {
		t.Errorf("200 files cost %d lists", c.lists)
	}
}

func TestFoldersRefusesABadLimit(t *testing.T) {
	_, err := catalog.Folders(context.Background(), fill(t), catalog.Query{Space: space, View: catalog.Stored, Limit: 5000})
	if files.CodeOf(err) != files.CodeInvalidLimit {
		t.Errorf("got %v", err)
	}
}
