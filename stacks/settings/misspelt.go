package settings

import (
	"strings"

	"github.com/bytepass/bytepass/runtime/env"
)

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
	if first == contextObject || env.Slips(first, contextObject) > mostSlips {
		return "", false
	}
	if prefixed {
		return contextPrefix + name, true
	}
	return contextObject, true
}
