package settings

import (
	"fmt"
	"slices"
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
	if key == contextObject || strings.HasPrefix(key, contextPrefix) {
		return "", false
	}
	first, name, prefixed := strings.Cut(key, ":")
	if nearObject(first) {
		if prefixed {
			return contextPrefix + name, true
		}
		return contextObject, true
	}
	// Another sign than the colon, or none: bytepass-stage, bytepass_stage,
	// bytepassStage. What is not ours by its beginning is so by its end.
	for i := range len(key) {
		name := strings.TrimLeft(key[i:], ".-_/")
		begins := strings.EqualFold(key[:i], contextObject) && (len(name) < len(key)-i || nearest(name) != "")
		if begins || len(name) < len(key)-i && nearObject(key[:i]) && nearest(name) != "" {
			if meant := nearest(name); meant != "" {
				name = meant
			}
			return contextPrefix + name, true
		}
	}
	return "", false
}

func nearObject(name string) bool {
	return env.Slips(strings.ToLower(name), contextObject) <= mostSlips
}

// nearest is the setting, or one of more, that a name was most likely meant to
// be, or none.
func nearest(name string, more ...string) string {
	best, least := "", mostSlips+1
	for _, known := range append(names(), more...) {
		slips := env.Slips(strings.ToLower(name), strings.ToLower(known))
		if slips < least && 2*slips < len(known) {
			best, least = known, slips
		}
	}
	return best
}

// unusedStage looks, when nothing is set for the stage alone, for an entry that
// was most likely meant for it: what it sets would be missed too late.
func unusedStage(stage string, perStage map[string]map[string]any) error {
	if len(perStage[stage]) > 0 {
		return nil
	}
	for _, other := range sortedKeys(perStage) {
		if other != stage && len(perStage[other]) > 0 && mistaken(other, stage) {
			return fmt.Errorf("the context's %[1]s.%[2]s is for another stage than %[3]s: write %[1]s.%[3]s, or set something for %[3]s, too", stagesObject, other, stage)
		}
	}
	return nil
}

// mistaken reports whether two names of stages differ in one slip, or in two
// letters that changed places. Those that differ in a number are meant to.
func mistaken(a, b string) bool {
	letters := func(s string) string { return strings.Trim(s, "0123456789-") }
	if letters(a) == letters(b) || min(len(a), len(b)) < 3 {
		return false
	}
	sorted := func(s string) []byte { return slices.Sorted(slices.Values([]byte(s))) }
	slips := env.Slips(a, b)
	return slips == 1 || slips == 2 && slices.Equal(sorted(a), sorted(b))
}
