package provision

import (
	"encoding/json"
	"reflect"
	"slices"
	"strings"
)

// differing returns, for people, what goes and what comes where a value of JSON
// becomes another: of two objects the fields that differ, and of two sets the
// members; otherwise each as a whole, empty where there is none.
func differing(have, want json.RawMessage) (gone, come []string) {
	var before, after any
	if !isEmpty(have) && !isEmpty(want) && json.Unmarshal(have, &before) == nil && json.Unmarshal(want, &after) == nil {
		if a, b, ok := fields(before, after); ok {
			return a, b
		}
	}
	if !isEmpty(have) {
		gone = []string{text(have)}
	}
	if !isEmpty(want) {
		come = []string{text(want)}
	}
	return gone, come
}

// fields compares two objects, or two lists of one object each, as a rule is.
func fields(have, want any) (gone, come []string, ok bool) {
	before, after := object(have), object(want)
	if before == nil || after == nil {
		return nil, nil, false
	}
	var names []string
	for name := range before {
		names = append(names, name)
	}
	for name := range after {
		if _, both := before[name]; !both {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	for _, name := range names {
		a, b := before[name], after[name]
		if reflect.DeepEqual(a, b) {
			continue
		}
		if x, y, sets := members(a, b); sets {
			a, b = x, y
		}
		if a != nil {
			gone = append(gone, name+": "+plainly(a))
		}
		if b != nil {
			come = append(come, name+": "+plainly(b))
		}
	}
	return gone, come, len(gone)+len(come) > 0
}

func object(v any) map[string]any {
	if list, ok := v.([]any); ok && len(list) == 1 {
		v = list[0]
	}
	o, _ := v.(map[string]any)
	return o
}

// members returns what only one of two lists of texts has, nil for nothing. Two
// that differ in their order alone are no sets.
func members(have, want any) (gone, come any, ok bool) {
	a, isList := have.([]any)
	b, areLists := want.([]any)
	if !isList || !areLists || !allText(a) || !allText(b) {
		return nil, nil, false
	}
	only := func(of, not []any) any {
		rest := slices.DeleteFunc(slices.Clone(of), func(v any) bool { return slices.Contains(not, v) })
		if len(rest) == 0 {
			return nil
		}
		return rest
	}
	gone, come = only(a, b), only(b, a)
	return gone, come, gone != nil || come != nil
}

func allText(list []any) bool {
	return !slices.ContainsFunc(list, func(v any) bool { _, is := v.(string); return !is })
}

// plainly returns a value in one line, a list of texts without its brackets.
func plainly(v any) string {
	if list, ok := v.([]any); ok && allText(list) {
		var all []string
		for _, member := range list {
			all = append(all, member.(string))
		}
		return strings.Join(all, ", ")
	}
	encoded, err := json.Marshal(v)
	if err != nil {
		return "?" // not of what came from JSON
	}
	return text(encoded)
}
