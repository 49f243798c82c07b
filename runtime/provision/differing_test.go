package provision

import (
	"encoding/json"
	"strings"
	"testing"
)

// Shown is what differs, and not all that is there.
func TestDifferingForPeople(t *testing.T) {
	for name, tc := range map[string]struct{ have, want, gone, come string }{
		"an origin":        {`[{"AllowedOrigins":["a","b"],"MaxAgeSeconds":1}]`, `[{"AllowedOrigins":["a","c"],"MaxAgeSeconds":1}]`, "AllowedOrigins: b", "AllowedOrigins: c"},
		"one more":         {`[{"O":["a"]}]`, `[{"O":["a","b"]}]`, "", "O: b"},
		"a number":         {`{"Days":1,"Id":"x"}`, `{"Days":2,"Id":"x"}`, "Days: 1", "Days: 2"},
		"a field that is":  {`{"a":1}`, `{"a":1,"b":{"c":2}}`, "", `b: {"c":2}`},
		"order alone":      {`{"O":["a","b"]}`, `{"O":["b","a"]}`, "O: a, b", "O: b, a"},
		"plain values":     {`"Suspended"`, `"Enabled"`, "Suspended", "Enabled"},
		"nothing before":   {`null`, `[{"O":["a"]}]`, "", `[{"O":["a"]}]`},
		"lists of several": {`[{"a":1},{"b":1}]`, `[{"b":1},{"a":1}]`, `[{"a":1},{"b":1}]`, `[{"b":1},{"a":1}]`},
	} {
		gone, come := differing(json.RawMessage(tc.have), json.RawMessage(tc.want))
		if strings.Join(gone, "|") != tc.gone || strings.Join(come, "|") != tc.come {
			t.Errorf("%s: - %q + %q", name, gone, come)
		}
	}
}
