package config

import (
	"fmt"
	"strings"

	"github.com/spf13/pflag"
)

// set gives a flag what is written for it.
func set(f *pflag.Flag, w written) error {
	if err := checkKind(f, w); err != nil {
		return err
	}
	f.Changed = true
	if list, ok := f.Value.(pflag.SliceValue); ok {
		texts := w.texts
		if !w.list { // a variable
			texts = strings.Split(w.texts[0], ",")
			for i := range texts {
				if texts[i] = strings.TrimSpace(texts[i]); texts[i] == "" {
					return bad(w.origin, "a value of the list is empty; write values with commas between them")
				}
			}
		}
		if err := list.Replace(texts); err != nil {
			return bad(w.origin, "%s", wrongValue(f, strings.Join(texts, ", "), err))
		}
		return nil
	}
	if err := f.Value.Set(w.texts[0]); err != nil {
		return bad(w.origin, "%s", wrongValue(f, w.texts[0], err))
	}
	return nil
}

// checkKind refuses what YAML reads as something else than the flag takes. A
// text that it reads as a number or a date would be another text to others.
func checkKind(f *pflag.Flag, w written) error {
	if w.kind == "" {
		return nil
	}
	_, list := f.Value.(pflag.SliceValue)
	switch {
	case list && !w.list:
		return bad(w.origin, "takes a list; write the values in brackets, with commas between them")
	case !list && w.list:
		return bad(w.origin, "takes one value, not a list")
	case list && len(w.texts) == 0:
		return bad(w.origin, "is empty; write values, or take the line out")
	case (list || f.Value.Type() == "string") && w.kind != "!!str":
		return bad(w.origin, "takes text, and YAML reads this as %s; put it in quotes", kindName(w.kind))
	case f.Value.Type() == "bool" && w.kind != "!!bool", f.Value.Type() == "int" && w.kind != "!!int":
		return bad(w.origin, "%s", wrongValue(f, w.texts[0], nil))
	}
	return nil
}

func kindName(tag string) string {
	switch tag {
	case "!!int", "!!float":
		return "a number"
	case "!!bool":
		return "true or false"
	case "!!timestamp":
		return "a date"
	}
	return tag
}

// wrongValue says what a flag takes instead of a text that it has refused.
func wrongValue(f *pflag.Flag, text string, cause error) string {
	takes := map[string]string{
		"bool": "write true or false", "int": "write a whole number", "duration": "write a time such as 30s or 5m",
	}[f.Value.Type()]
	if takes == "" {
		takes = cause.Error()
	}
	return fmt.Sprintf("%q: %s", text, takes)
}
