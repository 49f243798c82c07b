package provision

import (
	"encoding/json"
	"testing"
)

func TestHolesStandForTheSameEverywhere(t *testing.T) {
	for name, tc := range map[string]struct {
		have, want string
		fits       bool
	}{
		"equal":                {`{"a":["x"]}`, `{"a":["x"]}`, true},
		"another order":        {`["b","a"]`, `["a","b"]`, true},
		"a hole":               {`"arn:1"`, `"${K}"`, true},
		"inside of a text":     {`"arn:1/x"`, `"${K}/x"`, true},
		"nothing in a hole":    {`"/x"`, `"${K}/x"`, false},
		"the same twice":       {`{"a":"1","b":"1"}`, `{"a":"${K}","b":"${K}"}`, true},
		"not the same twice":   {`{"a":"1","b":"2"}`, `{"a":"${K}","b":"${K}"}`, false},
		"two holes":            {`["1","2"]`, `["${K}","${L}"]`, true},
		"beside what is known": {`["known","1"]`, `["${K}","known"]`, true},
		"not a hole":           {`"x"`, `"${aws:username}"`, false},
		"itself":               {`"${aws:username}"`, `"${aws:username}"`, true},
		"one too many":         {`["1","2"]`, `["${K}"]`, false},
		"a number":             {`{"a":1}`, `{"a":2}`, false},
		"another member":       {`{"a":"1"}`, `{"b":"${K}"}`, false},
	} {
		t.Run(name, func(t *testing.T) {
			var have, want any
			if json.Unmarshal([]byte(tc.have), &have) != nil || json.Unmarshal([]byte(tc.want), &want) != nil {
				t.Fatal("no JSON")
			}
			s := Settings{Unresolved: []Unresolved{{Placeholder: "${K}"}, {Placeholder: "${L}"}}}
			if got := s.holes().matches(have, want); got != tc.fits {
				t.Errorf("matches(%s, %s) = %v", tc.have, tc.want, got)
			}
		})
	}
}

func TestAHoleThatDidNotFitIsForgotten(t *testing.T) {
	h := Settings{Unresolved: []Unresolved{{Placeholder: "${K}"}}}.holes()
	if h.matches(map[string]any{"a": "1", "b": "x"}, map[string]any{"a": "${K}", "b": "y"}) {
		t.Error("x is not y")
	}
	if !h.matches("2", "${K}") || h.matches("3", "${K}") {
		t.Errorf("what the hole stands for: %v", h.found)
	}
}
