package catalogtest

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/bytepass/bytepass/runtime/catalog"
	"github.com/bytepass/bytepass/runtime/files"
)

func query(space files.Space, prefix string) catalog.Query {
	return catalog.Query{Space: space, View: catalog.Stored, Prefix: prefix, Limit: 100}
}

func withLimit(q catalog.Query, limit int) catalog.Query {
	q.Limit = limit
	return q
}

// awkward are keys that sort differently under a collation, by case, by
// UTF-16, or after a decoder has been at them, in byte order.
var awkward = []string{
	" ", "!", "#", "%", "%41", "+", "-", "-a", ".a", "0", "10", "2", "A", "B", "Z", "[", "\\", "_", "`", "a", "a b", "a+b", "a-b", "a/b", "a0", "aB", "ab", "a~", "z",
	"~", "É", "à", "e\u0301x", "é", "ß", "ſ", "ж", "א", "ש\u202d", "\ufb00", "\uffee", "𐀀", "𝒜", "\U0001F4BE", "\U0010FFFF",
}

func testByteOrder(t *testing.T, s *suite) {
	alice := person(t, "alice")
	sorted := slices.Clone(awkward)
	slices.Sort(sorted)
	shuffled := slices.Clone(sorted)
	for i := range shuffled { // neither in order nor in reverse
		j := i * 7 % len(shuffled)
		shuffled[i], shuffled[j] = shuffled[j], shuffled[i]
	}
	s.fill(t, alice, shuffled...)
	s.lists(t, query(alice, ""), sorted...)

	var paged []string
	for after := ""; ; {
		page, err := s.List(t.Context(), catalog.Query{Space: alice, View: catalog.Stored, After: after, Limit: 4})
		if err != nil {
			t.Fatal(err)
		}
		paged = append(paged, keysOf(page)...)
		if len(page) < 4 {
			break
		}
		after = paged[len(paged)-1]
	}
	if !slices.Equal(paged, sorted) {
		t.Errorf("in pages of 4:\n got %+q\nwant %+q", paged, sorted)
	}
	for _, key := range sorted {
		if r, rev, err := s.Get(t.Context(), alice, files.Key(key)); err != nil || rev == 0 || string(r.Key) != key {
			t.Errorf("get %+q: %+q, revision %d, %v", key, r.Key, rev, err)
		}
	}
}

func testPrefixes(t *testing.T, s *suite) {
	alice := person(t, "alice")
	keys := []string{
		"a", "ab", "abc", "ab/c", "AB", "b", "%", "%x", "_", "_x", "x_y", "xay", `\`, `\x`, "100%", "100%/a", "100x",
		"é1", "e\u03011", "z\U0010FFFF", "z\U0010FFFF1", "z\U0010FFFF\U0010FFFF", "\U0010FFFFa", "\ud7ffx", "\ue000x", "dir/", "dir0",
	}
	s.fill(t, alice, keys...)
	for _, prefix := range []string{
		"", "a", "ab", "abc", "ab/", "A", "%", "_", "x_", `\`, "100%", "100%/", "é", "e\u0301", "e", "z", "z\U0010FFFF", "z\U0010FFFF\U0010FFFF",
		"\U0010FFFF", "\U0010FFFFb", "\ud7ff", "\ue000", "dir", "dir/", "none", "*", "?", "[a]", "'", "\"", "$1",
		strings.Repeat("k", files.MaxObjectKey), strings.Repeat("k", 4*files.MaxObjectKey),
	} {
		var want []string
		for _, k := range keys {
			if strings.HasPrefix(k, prefix) {
				want = append(want, k)
			}
		}
		slices.Sort(want)
		s.lists(t, query(alice, prefix), want...)
	}
}

func testAfterFrom(t *testing.T, s *suite) {
	alice := person(t, "alice")
	s.fill(t, alice, "a", "b", "b/1", "b/2", "b0", "c", "é")
	long := strings.Repeat("b", 3000)
	for _, c := range []struct {
		prefix, after, from string
		want                []string
	}{
		{"", "a", "", []string{"b", "b/1", "b/2", "b0", "c", "é"}},
		{"", "aa", "", []string{"b", "b/1", "b/2", "b0", "c", "é"}},
		{"", "c", "", []string{"é"}},
		{"", "é", "", nil},
		{"", "", "b", []string{"b", "b/1", "b/2", "b0", "c", "é"}},
		{"", "z", "b0", []string{"b0", "c", "é"}},
		{"", "", "\U0010FFFF", nil},
		{"b/", "b/1", "", []string{"b/2"}},
		{"b/", "b/2", "", nil},
		{"b/", "", "b/2", []string{"b/2"}},
		{"b/", "a", "", []string{"b/1", "b/2"}}, // before the prefix
		{"b/", "", "a", []string{"b/1", "b/2"}},
		{"b/", "b/", "", []string{"b/1", "b/2"}},
		{"b/", "c", "", nil}, // behind the prefix
		{"b/", "", "b0", nil},
		{"b", "b", "", []string{"b/1", "b/2", "b0"}},
		{"", long, "", []string{"c", "é"}},
		{"", "", long, []string{"c", "é"}},
		{"b", long, "", nil},
		{"", strings.Repeat("\U0010FFFF", 1000), "", nil},
	} {
		s.lists(t, catalog.Query{Space: alice, Prefix: c.prefix, After: c.after, From: c.from}, c.want...)
	}
}

func testLimits(t *testing.T, s *suite) {
	alice := person(t, "alice")
	var keys []string
	for i := range 25 {
		keys = append(keys, fmt.Sprintf("k%02d", i))
	}
	s.fill(t, alice, keys...)
	for _, limit := range []int{1, 2, 24, 25, 26, catalog.MaxLimit} {
		s.lists(t, withLimit(query(alice, ""), limit), keys[:min(limit, len(keys))]...)
	}
	for _, limit := range []int{0, -1, catalog.MaxLimit + 1} {
		if got, err := s.List(t.Context(), withLimit(query(alice, ""), limit)); files.CodeOf(err) != files.CodeInvalidLimit {
			t.Errorf("limit %d: %d records, %v; want %s", limit, len(got), err, files.CodeInvalidLimit)
		}
	}
	if _, err := s.List(t.Context(), catalog.Query{Space: alice, View: catalog.Stored, After: "\xff", Limit: 1}); files.CodeOf(err) != files.CodeInvalidCursor {
		t.Errorf("a cursor that is not UTF-8: %v, want %s", err, files.CodeInvalidCursor)
	}
}

func testFolders(t *testing.T, s *suite) {
	alice := person(t, "alice")
	s.fill(t, alice, "a", "a.txt", "a/1", "a/2/x", "b/1", "b/2", "b/3", "c")
	s.put(t, s.tombstone(stored(alice, "d/gone"), 1<<40))
	s.lists(t, query(alice, ""), "a", "a.txt", "a/1", "a/2/x", "b/1", "b/2", "b/3", "c")
	var got []string
	for after := ""; ; {
		page, err := catalog.Folders(t.Context(), s, catalog.Query{Space: alice, View: catalog.Stored, After: after, Limit: 2})
		if err != nil {
			t.Fatal(err)
		}
		for _, entry := range page {
			after = entry.Cursor()
			got = append(got, after)
		}
		if len(page) < 2 {
			break
		}
	}
	if want := []string{"a", "a.txt", "a/", "b/", "c"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}
