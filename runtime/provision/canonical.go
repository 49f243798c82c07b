package provision

import (
	"encoding/json"
	"errors"
)

// canonical writes v as JSON such that values of the same meaning give the
// same bytes: in normal form, without what is null, false or empty.
func (a aspect[T]) canonical(v T) json.RawMessage { return canonicalJSON(a.tree(v)) }

// tree returns the same, not yet written.
func (a aspect[T]) tree(v T) any {
	if a.normal != nil {
		return tree(a.normal(v))
	}
	return tree(v)
}

func isEmpty(canonical json.RawMessage) bool { return string(canonical) == "null" }

func canonicalJSON(v any) json.RawMessage {
	plain, err := json.Marshal(tree(v))
	if err != nil {
		panic("provision: a setting cannot fail to encode: " + err.Error())
	}
	return plain
}

// tree returns v as JSON decodes it, pruned.
func tree(v any) any {
	plain, err := json.Marshal(v)
	var out any
	if err = errors.Join(err, json.Unmarshal(plain, &out)); err != nil {
		panic("provision: a setting cannot fail to encode: " + err.Error())
	}
	return prune(out)
}

// prune removes what says nothing: null, false, "" and empty lists and objects.
func prune(v any) any {
	switch v := v.(type) {
	case bool:
		if !v {
			return nil
		}
	case string:
		if v == "" {
			return nil
		}
	case []any:
		var out []any
		for _, item := range v {
			if p := prune(item); p != nil {
				out = append(out, p)
			}
		}
		if out == nil {
			return nil
		}
		return out
	case map[string]any:
		for name, item := range v {
			if p := prune(item); p != nil {
				v[name] = p
			} else {
				delete(v, name)
			}
		}
		if len(v) == 0 {
			return nil
		}
	}
	return v
}
