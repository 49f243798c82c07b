package catalogtest

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/bytepass/bytepass/runtime/catalog"
	"github.com/bytepass/bytepass/runtime/files"
)

func testViews(t *testing.T, s *suite) {
	alice := person(t, "alice")
	r := stored(alice, "moving")
	rejected := r
	rejected.Status, rejected.Reason = files.Rejected, "too large"
	for _, state := range []files.Record{r, s.tombstone(r, time.Hour), r, rejected, s.tombstone(r, time.Hour), rejected, r} {
		s.put(t, state)
		for _, view := range []catalog.View{catalog.Stored, catalog.Trash, catalog.Rejected} {
			var want []string
			if catalog.ViewOf(state.Status) == view {
				want = []string{"moving"}
			}
			s.lists(t, catalog.Query{Space: alice, View: view}, want...)
		}
	}
}

func testDeletedKeys(t *testing.T, s *suite) {
	alice := person(t, "alice")
	var gone []string
	for i := range 30 {
		r := stored(alice, fmt.Sprintf("dir/%02d", i))
		s.put(t, r)
		if i%10 != 0 {
			gone = append(gone, string(r.Key))
			s.put(t, s.tombstone(r, time.Hour))
		}
	}
	s.lists(t, query(alice, "dir/"), "dir/00", "dir/10", "dir/20")
	s.lists(t, withLimit(query(alice, ""), 2), "dir/00", "dir/10")
	s.lists(t, catalog.Query{Space: alice, View: catalog.Trash, Prefix: "dir/"}, gone...)
	s.lists(t, catalog.Query{Space: alice, View: catalog.Trash, After: "dir/28", Limit: 1}, "dir/29")
}

func testExpiry(t *testing.T, s *suite) {
	alice := person(t, "alice")
	for i, life := range []time.Duration{time.Minute, time.Hour, time.Minute, 3 * time.Hour} {
		s.put(t, s.tombstone(stored(alice, fmt.Sprintf("gone%d", i)), life))
	}
	s.put(t, stored(alice, "here"))
	trash := catalog.Query{Space: alice, View: catalog.Trash}
	s.lists(t, trash, "gone0", "gone1", "gone2", "gone3")

	s.at = s.at.Add(time.Minute)
	s.lists(t, trash, "gone1", "gone3")
	trash.Limit = 1 // a page is full although what comes first has expired
	s.lists(t, trash, "gone1")
	s.at = s.at.Add(2 * time.Hour)
	s.lists(t, trash, "gone3")

	if err := s.Forget(t.Context()); err != nil {
		t.Fatal(err)
	}
	trash.Limit = 100
	s.lists(t, trash, "gone3")
	s.lists(t, query(alice, ""), "here")
	for key, want := range map[files.Key]bool{"gone0": false, "gone3": true, "here": true} {
		if _, rev, err := s.Get(t.Context(), alice, key); err != nil || (rev != 0) != want {
			t.Errorf("%s after expired tombstones were removed: revision %d, %v", key, rev, err)
		}
	}
}

// No key, prefix or cursor reaches another space, whatever it looks like.
func testSpaces(t *testing.T, s *suite) {
	spaces := []files.Space{person(t, "a"), person(t, "ab"), person(t, "a/b"), person(t, "a~2Fb"), person(t, "A")}
	team, err := files.Group("a")
	if err != nil {
		t.Fatal(err)
	}
	spaces = append(spaces, team)
	for i, space := range spaces {
		s.fill(t, space, fmt.Sprintf("only/%d", i), "shared")
	}
	for i, space := range spaces {
		only := fmt.Sprintf("only/%d", i)
		s.lists(t, query(space, ""), only, "shared")
		s.lists(t, query(space, "only/"), only)
		for _, forged := range []string{"u/ab/", "stored#u/ab", "\U0010FFFF", "only/9", "~", "u/a"} {
			want := []string{"shared"}
			if forged > "shared" {
				want = nil
			}
			s.lists(t, catalog.Query{Space: space, After: forged}, want...)
			s.lists(t, catalog.Query{Space: space, From: forged}, want...)
		}
		for other := range spaces {
			if other == i {
				continue
			}
			if r, rev, err := s.Get(t.Context(), space, files.Key(fmt.Sprintf("only/%d", other))); err != nil || rev != 0 {
				t.Errorf("%s reads %+v, %v", space, r, err)
			}
		}
	}
	r := s.tombstone(stored(spaces[0], "shared"), time.Hour)
	s.put(t, r)
	s.lists(t, query(spaces[0], ""), "only/0")
	s.lists(t, query(spaces[1], ""), "only/1", "shared")
}

func testWalk(t *testing.T, s *suite) {
	const each = 40
	want := map[string]files.Status{}
	for i := range each {
		for _, owner := range []string{"alice", "bob"} {
			r := stored(person(t, owner), fmt.Sprintf("k%d", i))
			switch i % 4 {
			case 1:
				r.Status = files.Rejected
			case 2:
				r = s.tombstone(r, time.Hour)
			}
			s.put(t, r)
			want[r.ID()] = r.Status
		}
	}
	seen := map[string]files.Status{}
	err := s.Walk(t.Context(), func(r files.Record, rev catalog.Revision) error {
		if _, current, err := s.Get(t.Context(), r.Space, r.Key); err != nil || current != rev {
			t.Errorf("%s at revision %d, read %d, %v", r.Key, rev, current, err)
		}
		if _, twice := seen[r.ID()]; twice {
			t.Errorf("%s was visited twice", r.Key)
		}
		seen[r.ID()] = r.Status
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for id, status := range want {
		if seen[id] != status {
			t.Errorf("%s: visited as %q, want %q", id, seen[id], status)
		}
	}
	if len(seen) != len(want) {
		t.Errorf("%d records visited, want %d", len(seen), len(want))
	}
	stop, visits := errors.New("stop"), 0
	err = s.Walk(t.Context(), func(files.Record, catalog.Revision) error { visits++; return stop })
	if !errors.Is(err, stop) || visits != 1 {
		t.Errorf("a visit that fails: %d visits, %v", visits, err)
	}
}

func testCancelled(t *testing.T, s *suite) {
	alice := person(t, "alice")
	s.fill(t, alice, "a")
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	visited := false
	err := s.Walk(ctx, func(files.Record, catalog.Revision) error { visited = true; return nil })
	if err == nil || visited {
		t.Errorf("a walk whose context is cancelled: visited %t, %v", visited, err)
	}
}

func testPing(t *testing.T, s *suite) {
	if err := s.Ping(t.Context()); err != nil {
		t.Error(err)
	}
}
