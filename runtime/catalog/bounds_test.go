package catalog_test

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/bytepass/bytepass/runtime/catalog"
	"github.com/bytepass/bytepass/runtime/files"
)

var space = mustSpace("alice")

func mustSpace(owner string) files.Space {
	s, err := files.Person(owner)
	if err != nil {
		panic(err)
	}
	return s
}

// alphabet holds the edges of UTF-8: what stands beside the slash, the last
// code points of each length, the ones around the surrogates, and the last one.
var alphabet = []rune{'a', 'b', '.', '/', '0', 0x7f, 0x80, 0x7ff, 0x800, 0xd7ff, 0xe000, 0xffff, 0x10000, 0x10fffe, 0x10ffff}

func text(max int) *rapid.Generator[string] {
	return rapid.StringOfN(rapid.SampledFrom(alphabet), 0, max, -1)
}

// The bounds are right when they contain exactly the keys that the fields of
// the query describe.
func TestBoundsContainWhatTheQueryAsksFor(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		q := catalog.Query{
			Space: space, View: catalog.Stored, Limit: 10,
			Prefix: text(3).Draw(t, "prefix"), After: text(4).Draw(t, "after"), From: text(4).Draw(t, "from"),
		}
		key := text(5).Draw(t, "key")
		want := strings.HasPrefix(key, q.Prefix)
		if q.From != "" {
			want = want && key >= q.From
		} else {
			want = want && key > q.After
		}
		if key == "" {
			return // no key is empty
		}
		b, err := q.Bounds()
		if err != nil {
			t.Fatal(err)
		}
		if got := b.Contains(key); got != want {
			t.Fatalf("%+v of %+v contains %q: %t, want %t", b, q, key, got, want)
		}
	})
}

// A cursor of any length compares with keys as it did before it was cut, and
// no bound is longer than an engine may take.
func TestBoundsOfForgedCursors(t *testing.T) {
	longest := files.MaxObjectKey - len(space.Prefix())
	for _, tail := range []string{"", "a", "é", "\U0001F4BE", "\U0010FFFF"} {
		for cut := longest - 5; cut <= longest+5; cut++ {
			after := strings.Repeat("k", cut) + tail + strings.Repeat("\U0010FFFF", 3000)
			b, err := catalog.Query{Space: space, View: catalog.Trash, Limit: 1, After: after}.Bounds()
			if err != nil {
				t.Fatal(err)
			}
			if len(b.Low) > files.MaxObjectKey {
				t.Fatalf("the bound has %d bytes", len(b.Low))
			}
			for _, n := range []int{longest - 4, longest - 1, longest} {
				for _, end := range []string{"", "a", "l", "é", "\U0010FFFF"} {
					key := strings.Repeat("k", n-len(end)) + end
					if got, want := b.Contains(key), key > after; got != want {
						t.Errorf("cut %d tail %q: contains a key of %d bytes ending in %q: %t, want %t", cut, tail, n, end, got, want)
					}
				}
			}
		}
	}
}

func TestBoundsRefuse(t *testing.T) {
	good := catalog.Query{Space: space, View: catalog.Stored, Limit: 1}
	for name, c := range map[string]struct {
		change func(*catalog.Query)
		code   files.Code
	}{
		"no space":   {func(q *catalog.Query) { q.Space = files.Space{} }, files.CodeInternal},
		"no view":    {func(q *catalog.Query) { q.View = "all" }, files.CodeInternal},
		"limit 0":    {func(q *catalog.Query) { q.Limit = 0 }, files.CodeInvalidLimit},
		"limit 1001": {func(q *catalog.Query) { q.Limit = 1001 }, files.CodeInvalidLimit},
		"prefix":     {func(q *catalog.Query) { q.Prefix = "\xff" }, files.CodeInvalidField},
		"after":      {func(q *catalog.Query) { q.After = "\xff" }, files.CodeInvalidCursor},
		"from":       {func(q *catalog.Query) { q.From = "a\xed\xa0\x80" }, files.CodeInvalidCursor},
	} {
		q := good
		c.change(&q)
		if _, err := q.Bounds(); files.CodeOf(err) != c.code {
			t.Errorf("%s: %v, want %s", name, err, c.code)
		}
	}
	if _, err := good.Bounds(); err != nil {
		t.Error(err)
	}
}

func TestSuccessorIsTheSmallestStringAbove(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		prefix := text(3).Draw(t, "prefix")
		next, ok := catalog.Successor(prefix)
		if !ok {
			if strings.Trim(prefix, "\U0010FFFF") != "" {
				t.Fatalf("%q has no successor", prefix)
			}
			return
		}
		other := text(5).Draw(t, "other")
		if strings.HasPrefix(other, prefix) != (other >= prefix && other < next) {
			t.Fatalf("%q: prefix %q, successor %q", other, prefix, next)
		}
	})
}
