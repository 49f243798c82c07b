package provision

import (
	"encoding/json"
	"strings"
)

// parameter is one of a template's parameters.
type parameter struct {
	Type    string
	Default any
}

// value returns what a Ref of the parameter gives: a number is one in JSON, too,
// and a list is a list.
func (p parameter) value(text string) any {
	switch {
	case p.Type == "Number":
		var number float64
		if json.Unmarshal([]byte(text), &number) == nil {
			return number
		}
	case p.Type == "CommaDelimitedList", strings.HasPrefix(p.Type, "List<"):
		var list []any
		for item := range strings.SplitSeq(text, ",") {
			list = append(list, strings.TrimSpace(item))
		}
		return list
	}
	return text
}
