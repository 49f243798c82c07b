package api

import (
	"regexp"
	"testing"

	"pgregory.net/rapid"

	"github.com/bytepass/bytepass/runtime/files"
)

// The contract promises no more than the domain takes, and no less but for
// what a pattern cannot say: lengths, rare media types, U+FFFE and U+FFFF.
func TestPatternsAreTheDomainsRules(t *testing.T) {
	limits := files.Limits{MaxSize: 1}
	rules := map[string]struct {
		check  func(string) error
		seeds  *rapid.Generator[string]
		subset bool // the pattern may refuse what the domain takes
	}{
		"key":            {func(s string) error { _, err := files.ParseKey(s); return err }, rapid.StringMatching(`[a./\n\x7f ]{0,8}`), false},
		"prefix":         {func(s string) error { _, err := files.ParsePrefix(s); return err }, rapid.StringMatching(`[a./\n\x7f ]{0,8}`), false},
		"mimeType":       {func(s string) error { _, err := limits.CheckType("", s); return err }, rapid.StringMatching(`[a/;=*" ]{0,6}`), true},
		"checksumSHA256": {files.CheckChecksum, rapid.StringMatching(`[A-Za-z0-9+/]{42,43}[AEBc]?=?`), false},
		"cursor":         {func(s string) error { _, err := files.ParseCursor(s); return err }, rapid.StringMatching(`[A-Za-z0-9_=+-]{0,6}`), false},
	}
	for name, rule := range rules {
		t.Run(name, func(t *testing.T) {
			pattern := regexp.MustCompile(patterns[name])
			any := rapid.OneOf(rule.seeds, rapid.StringN(0, 20, -1), rapid.StringMatching(patterns[name]))
			rapid.Check(t, func(t *rapid.T) {
				s := any.Draw(t, "value")
				matches, err := pattern.MatchString(s), rule.check(s)
				if err == nil && !matches && !rule.subset {
					t.Fatalf("the domain takes %q, the contract does not", s)
				}
				if err != nil && matches && name != "cursor" && !regexp.MustCompile(`[\x{fffe}\x{ffff}]`).MatchString(s) {
					t.Fatalf("the contract takes %q, the domain says %v", s, err)
				}
			})
		})
	}
	if patterns["filename"] != patterns["key"] || patterns["fileType"] != patterns["mimeType"] {
		t.Error("two names of one thing have two patterns")
	}
}
