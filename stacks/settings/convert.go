package settings

import (
	"encoding/json"
	"math"
	"slices"
	"strconv"
	"strings"
)

// wholeNumber takes a number of JSON or of Go, or the text of one.
func wholeNumber(v any) (int64, bool) {
	switch v := v.(type) {
	case int:
		return int64(v), true
	case int64:
		return v, true
	case float64:
		return int64(v), v == math.Trunc(v) && math.Abs(v) < 1<<53
	case string:
		n, err := strconv.ParseInt(v, 10, 64)
		return n, err == nil
	}
	return 0, false
}

// stringList takes an array of strings, of JSON or of Go, the JSON text of one,
// or strings separated by commas; the empty string is the empty list.
func stringList(v any) ([]string, bool) {
	if items, ok := v.([]string); ok {
		return slices.Clone(items), true
	}
	if str, ok := v.(string); ok {
		if !strings.HasPrefix(strings.TrimSpace(str), "[") {
			return splitCommas(str), true
		}
		if json.Unmarshal([]byte(str), &v) != nil {
			return nil, false
		}
	}
	array, ok := v.([]any)
	if !ok {
		return nil, false
	}
	items := make([]string, 0, len(array))
	for _, v := range array {
		item, ok := v.(string)
		if !ok {
			return nil, false
		}
		items = append(items, item)
	}
	return items, true
}

func splitCommas(s string) []string {
	if strings.TrimSpace(s) == "" {
		return nil
	}
	items := strings.Split(s, ",")
	for i := range items {
		items[i] = strings.TrimSpace(items[i])
	}
	return items
}

func visible(s string) bool {
	return strings.IndexFunc(s, func(r rune) bool { return r < ' ' || r > '~' }) < 0
}

func joinInts(ns []int) string {
	out := make([]string, len(ns))
	for i, n := range ns {
		out[i] = strconv.Itoa(n)
	}
	return strings.Join(out, ", ")
}
