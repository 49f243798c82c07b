package catalogtest

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/bytepass/bytepass/runtime/catalog"
	"github.com/bytepass/bytepass/runtime/files"
)

// eraser returns the engine as what an administrator has of it.
func (s *suite) eraser(t *testing.T) catalog.Eraser {
	t.Helper()
	e, ok := s.Catalog.(catalog.Eraser)
	if !ok {
		t.Fatalf("%T is no catalog.Eraser", s.Catalog)
	}
	return e
}

// records returns the keys of Records with their statuses.
func (s *suite) records(t *testing.T, space files.Space, prefix string) (keys []string) {
	t.Helper()
	err := s.eraser(t).Records(t.Context(), space, prefix, func(r files.Record, rev catalog.Revision) error {
		if _, current, err := s.Get(t.Context(), r.Space, r.Key); err != nil || current != rev || r.Space != space {
			t.Errorf("%s%s at revision %d, read %d, %v", r.Space.Prefix(), r.Key, rev, current, err)
		}
		keys = append(keys, string(r.Key)+" "+string(r.Status))
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return keys
}

func testRecords(t *testing.T, s *suite) {
	alice, bob := person(t, "alice"), person(t, "bob")
	rejected := stored(alice, "a/rejected")
	rejected.Status = files.Rejected
	s.put(t, rejected)
	s.put(t, s.tombstone(stored(alice, "a/deleted"), time.Hour))
	s.put(t, s.tombstone(stored(alice, "a/long gone"), -time.Hour))
	s.fill(t, alice, "a", "a/", "ab", "b", "a/\U0010FFFF", "%")
	s.fill(t, bob, "a/of bob")
	for prefix, want := range map[string][]string{
		"":      {"% stored", "a stored", "a/ stored", "a/deleted deleted", "a/long gone deleted", "a/rejected rejected", "a/\U0010FFFF stored", "ab stored", "b stored"},
		"a/":    {"a/ stored", "a/deleted deleted", "a/long gone deleted", "a/rejected rejected", "a/\U0010FFFF stored"},
		"%":     {"% stored"},
		"c":     nil,
		"a/del": {"a/deleted deleted"},
	} {
		if got := s.records(t, alice, prefix); !slices.Equal(got, want) {
			t.Errorf("records below %q:\n got %+q\nwant %+q", prefix, got, want)
		}
	}
	stop := errors.New("stop")
	visited := 0
	err := s.eraser(t).Records(t.Context(), alice, "", func(files.Record, catalog.Revision) error { visited++; return stop })
	if !errors.Is(err, stop) || visited != 1 {
		t.Errorf("%d visited, %v", visited, err)
	}
	if err := s.eraser(t).Records(t.Context(), files.Space{}, "", func(files.Record, catalog.Revision) error { return nil }); err == nil {
		t.Error("the records of no space")
	}
}

// testManyRecords: more than an engine reads at once.
func testManyRecords(t *testing.T, s *suite) {
	alice := person(t, "alice")
	var want []string
	for i := range 1203 {
		key := fmt.Sprintf("k%04d", i)
		s.put(t, stored(alice, key))
		want = append(want, key+" stored")
	}
	for prefix, want := range map[string][]string{"": want, "k": want} {
		if got := s.records(t, alice, prefix); !slices.Equal(got, want) {
			t.Errorf("%d records below %q, want %d", len(got), prefix, len(want))
		}
	}
}

func testErase(t *testing.T, s *suite) {
	ctx, alice, e := t.Context(), person(t, "alice"), s.eraser(t)
	s.fill(t, alice, "a", "a/b", "ab")
	_, rev, err := s.Get(ctx, alice, "a")
	if err != nil {
		t.Fatal(err)
	}
	if err := e.Erase(ctx, alice, "a", rev+1); !errors.Is(err, catalog.ErrConflict) {
		t.Errorf("at another revision: %v", err)
	}
	if err := e.Erase(ctx, alice, "a", rev); err != nil {
		t.Errorf("at its revision: %v", err)
	}
	if err := e.Erase(ctx, alice, "a", rev); err != nil {
		t.Errorf("again: %v", err)
	}
	if r, now, err := s.Get(ctx, alice, "a"); err != nil || now != 0 {
		t.Errorf("there is %+v at revision %d, %v", r, now, err)
	}
	s.lists(t, catalog.Query{Space: alice}, "a/b", "ab")

	// A writer that is late for a record which was erased does not bring it back.
	if err := s.Other.Put(ctx, stored(alice, "a"), rev); !errors.Is(err, catalog.ErrConflict) {
		t.Errorf("a late write: %v", err)
	}
	s.at = s.at.Add(time.Second)
	s.put(t, stored(alice, "a"))
	if _, now, err := s.Get(ctx, alice, "a"); err != nil || now == rev || now == 0 {
		t.Errorf("back at revision %d, it was %d, %v", now, rev, err)
	}
}
