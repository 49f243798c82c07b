package settings

import "strings"

// mostSlips is how many slips of the keyboard a misspelt name may have.
const mostSlips = 2

// misspelt reports whether a key of the context was most likely meant to be
// ours, and how it is written then. The CDK takes any key without a word, and a
// stack that is deployed with a default instead of what was meant is found too
// late.
func misspelt(key string) (meant string, ok bool) {
	if name, dotted := strings.CutPrefix(key, contextObject+"."); dotted {
		return contextPrefix + name, true
	}
	first, name, prefixed := strings.Cut(key, ":")
	if first == contextObject || slips(first, contextObject) > mostSlips {
		return "", false
	}
	if prefixed {
		return contextPrefix + name, true
	}
	return contextObject, true
}

// slips returns how many characters have to be added, removed or changed to
// make a into b (Levenshtein distance).
func slips(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			change := diagonal
			if a[i] != b[j] {
				change++
			}
			diagonal = row[j+1]
			row[j+1] = min(change, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}
