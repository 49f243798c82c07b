package provision

import (
	"encoding/json"
	"fmt"
	"slices"
)

// item is one rule, statement or tag of a setting that holds several.
type item[T any] struct {
	id    string // its own name; may be empty
	value T      // the setting with this one alone
}

// Foreign is a rule, statement or tag that a bucket has and the template does
// not. It stays.
type Foreign struct {
	Setting string          `json:"setting"`
	Part    string          `json:"part"` // its name, or which of them it is
	Value   json.RawMessage `json:"value"`
}

// String returns it in one line.
func (f Foreign) String() string { return fmt.Sprintf("%s %s: %s", f.Setting, f.Part, f.Value) }

// PartChange is what becomes of one rule, statement or tag.
type PartChange struct {
	Part string          `json:"part"` // its name, or which of them it is; empty for a setting of one value
	Have json.RawMessage `json:"have"` // null for one that comes
	Want json.RawMessage `json:"want"` // null for one that goes
}

// items returns v in items; a setting of one value is one, or none if it says nothing.
func (a aspect[T]) items(v T) []item[T] {
	switch {
	case a.list != nil:
		return a.list(v)
	case isEmpty(a.canonical(v)):
		return nil
	}
	return []item[T]{{value: v}}
}

// foreign returns the items of have that have neither the name nor the meaning
// of one of want's.
func (a aspect[T]) foreign(have, want T) []item[T] {
	names, meanings := map[string]bool{}, map[string]bool{}
	for _, i := range a.items(want) {
		names[i.id], meanings[string(a.canonical(i.value))] = i.id != "", true
	}
	return slices.DeleteFunc(a.items(have), func(i item[T]) bool {
		return names[i.id] || meanings[string(a.canonical(i.value))]
	})
}

// with returns v and the items after it.
func (a aspect[T]) with(v T, others []item[T]) T {
	if len(others) == 0 {
		return v
	}
	all := []T{v}
	for _, other := range others {
		all = append(all, other.value)
	}
	return a.join(all)
}

func (a aspect[T]) named(items []item[T]) []Foreign {
	var all []Foreign
	for n, i := range items {
		all = append(all, Foreign{Setting: a.name, Part: i.name(n), Value: a.canonical(i.value)})
	}
	return all
}

func (i item[T]) name(n int) string {
	if i.id == "" {
		return fmt.Sprintf("no. %d", n+1)
	}
	return i.id
}

// changes returns what becomes of each item when have becomes want: what stays
// as it is is not among them.
func (a aspect[T]) changes(have, want T) []PartChange {
	var all []PartChange
	before, left := a.items(have), a.items(want)
	left = slices.DeleteFunc(left, func(w item[T]) bool {
		same := func(h item[T]) bool { return string(a.canonical(h.value)) == string(a.canonical(w.value)) }
		i := slices.IndexFunc(before, same)
		if i >= 0 {
			before = slices.Delete(before, i, i+1)
		}
		return i >= 0
	})
	for n, w := range left {
		change := PartChange{Part: w.name(n), Have: json.RawMessage("null"), Want: a.canonical(w.value)}
		if i := slices.IndexFunc(before, func(h item[T]) bool { return h.id == w.id }); i >= 0 {
			change.Have = a.canonical(before[i].value)
			before = slices.Delete(before, i, i+1)
		}
		all = append(all, change)
	}
	for n, h := range before {
		all = append(all, PartChange{Part: h.name(n), Have: a.canonical(h.value), Want: json.RawMessage("null")})
	}
	if a.list == nil {
		for i := range all {
			all[i].Part = ""
		}
	}
	return all
}
