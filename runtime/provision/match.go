package provision

import (
	"regexp"
	"slices"
	"strings"
)

// holes are the placeholders in a template's values for what is not known, such
// as "${ObjectsKey.Arn}". Each stands for any text, but for the same everywhere.
type holes struct {
	names []string
	found map[string]string // what each turned out to stand for
}

func (s Settings) holes() *holes {
	h := &holes{found: map[string]string{}}
	for _, u := range s.Unresolved {
		if !slices.Contains(h.names, u.Placeholder) {
			h.names = append(h.names, u.Placeholder)
		}
	}
	return h
}

// matches reports whether have is want, both as tree returns them; lists are in
// any order. What holes stand for is remembered if it is.
func (h *holes) matches(have, want any) bool {
	before := make(map[string]string, len(h.found))
	for name, value := range h.found {
		before[name] = value
	}
	if h.match(have, want) {
		return true
	}
	h.found = before
	return false
}

func (h *holes) match(have, want any) bool {
	switch want := want.(type) {
	case map[string]any:
		got, ok := have.(map[string]any)
		if !ok || len(got) != len(want) {
			return false
		}
		for name, w := range want {
			value, there := got[name]
			if !there || !h.match(value, w) {
				return false
			}
		}
		return true
	case []any:
		got, ok := have.([]any)
		return ok && len(got) == len(want) && h.each(slices.Clone(got), want)
	case string:
		got, ok := have.(string)
		return ok && h.text(got, want)
	}
	return have == want
}

// each finds another one of have for each of want, those without holes first.
func (h *holes) each(have, want []any) bool {
	var open []any
	for _, w := range want {
		i := slices.IndexFunc(have, func(g any) bool { return string(canonicalJSON(g)) == string(canonicalJSON(w)) })
		if i < 0 {
			open = append(open, w)
			continue
		}
		have = slices.Delete(have, i, i+1)
	}
	for _, w := range open {
		i := slices.IndexFunc(have, func(g any) bool { return h.matches(g, w) })
		if i < 0 {
			return false
		}
		have = slices.Delete(have, i, i+1)
	}
	return true
}

func (h *holes) text(have, want string) bool {
	var inside []string
	for _, name := range h.names {
		if strings.Contains(want, name) {
			inside = append(inside, name)
		}
	}
	pattern := regexp.QuoteMeta(want)
	for i, name := range inside {
		if known, ok := h.found[name]; ok {
			pattern = strings.ReplaceAll(pattern, regexp.QuoteMeta(name), regexp.QuoteMeta(known))
			inside[i] = ""
			continue
		}
		pattern = strings.Replace(pattern, regexp.QuoteMeta(name), "(.+)", 1)
		pattern = strings.ReplaceAll(pattern, regexp.QuoteMeta(name), ".+")
	}
	inside = slices.DeleteFunc(inside, func(name string) bool { return name == "" })
	got := regexp.MustCompile("^" + pattern + "$").FindStringSubmatch(have)
	if got == nil {
		return false
	}
	if len(inside) == 1 { // of several, which is which cannot be told
		h.found[inside[0]] = got[1]
	}
	return true
}
